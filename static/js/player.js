// Songs: one sound at a time, on every page. A face is a button, a waveform to press, and the time; the bar at the foot
// has one, and so has each song on its own page. What plays, and where it is, outlives a change of page.

const KEPT = "player";
const bar = document.getElementById("player");
const [PLAY, PAUSE] = document.getElementById("player-icons")?.content.querySelectorAll("svg") ?? [];
const audio = new Audio();
const faces = new Set();
const outlines = new Map(); // address of peaks.json -> promise of peaks
let now = null; // the track that is in the player

audio.preload = "none";
const kinds = [["opus", "audio/ogg; codecs=opus"], ["m4a", "audio/mp4"], ["mp3", "audio/mpeg"]];
const kind = kinds.find(([, type]) => audio.canPlayType(type))?.[0] ?? "mp3";
const region = document.documentElement.lang === "ar" ? "ar-EG" : "en";
const digits = new Intl.NumberFormat(region, { minimumIntegerDigits: 2, useGrouping: false });
const short = new Intl.NumberFormat(region);

const clock = (seconds) => `${short.format(Math.floor(seconds / 60))}:${digits.format(Math.floor(seconds % 60))}`;

function trackOf(element) {
  const { play, gain, peaks, title, page, cover } = element.dataset;
  return { source: play, gain: Number(gain) || 0, peaks, title, page, cover };
}

function outline(address) {
  if (!outlines.has(address)) {
    const asked = fetch(address).then((answer) => (answer.ok ? answer.json() : { seconds: 0, peaks: [] }));
    outlines.set(address, asked.catch(() => ({ seconds: 0, peaks: [] })));
  }
  return outlines.get(address);
}

async function draw(face) {
  const { peaks, seconds } = await outline(face.track.peaks);
  face.seconds = seconds;
  const canvas = face.canvas;
  const ratio = devicePixelRatio || 1;
  const width = (canvas.width = canvas.clientWidth * ratio);
  const height = (canvas.height = canvas.clientHeight * ratio);
  const brush = canvas.getContext("2d");
  const played = getComputedStyle(face.button).backgroundColor; // a colour that canvases understand, light or dark
  const ahead = getComputedStyle(face.time).color;
  const pitch = 4 * ratio;
  const count = Math.max(1, Math.floor(width / pitch));
  const share = face.track.source === now?.source && seconds ? audio.currentTime / seconds : 0;
  const top = Math.max(0.01, ...peaks);
  brush.clearRect(0, 0, width, height);
  for (let n = 0; n < count; n += 1) {
    const from = Math.floor((n * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((n + 1) * peaks.length) / count));
    const loud = Math.max(0, ...peaks.slice(from, to)) / top;
    const tall = Math.max(2 * ratio, loud * height);
    brush.fillStyle = n / count < share ? played : ahead;
    brush.fillRect(n * pitch, (height - tall) / 2, pitch * 0.6, tall);
  }
  tell(face);
}

function tell(face) {
  const current = face.track.source === now?.source;
  const at = current ? audio.currentTime : 0;
  const seconds = face.seconds || 0;
  face.range.max = seconds || 1;
  if (!face.range.matches(":active")) face.range.value = at;
  face.range.setAttribute("aria-valuetext", `${clock(at)} / ${clock(seconds)}`);
  face.time.textContent = seconds ? `${clock(at)} / ${clock(seconds)}` : "";
  const playing = current && !audio.paused;
  if (face.playing !== playing) {
    face.playing = playing;
    face.button.replaceChildren((playing ? PAUSE : PLAY).cloneNode(true));
    face.button.setAttribute("aria-label", playing ? bar.dataset.pauseWord : bar.dataset.playWord);
  }
}

function makeFace(root, track) {
  const face = { track, root };
  face.button = Object.assign(document.createElement("button"), { type: "button", className: "play-face" });
  face.canvas = document.createElement("canvas");
  face.range = Object.assign(document.createElement("input"), { type: "range", min: 0, step: 0.1, value: 0 });
  face.range.setAttribute("aria-label", bar.dataset.seekWord);
  face.time = Object.assign(document.createElement("span"), { className: "time" });
  const wave = Object.assign(document.createElement("div"), { className: "wave", dir: "ltr" });
  wave.append(face.canvas, face.range);
  root.replaceChildren(face.button, wave, face.time);
  face.button.addEventListener("click", () => toggle(face.track));
  face.range.addEventListener("input", () => {
    if (face.track.source !== now?.source) load(face.track);
    audio.currentTime = Number(face.range.value);
    draw(face);
  });
  faces.add(face);
  new ResizeObserver(() => draw(face)).observe(face.canvas);
  return face;
}

let barFace = null;
let amplifier = null; // a browser's own volume ends at what the file has: only this turns a quiet song up

// All songs at one loudness. The graph is made when it is first needed, after a press: before that browsers keep it mute.
function loudness(gain) {
  const factor = 10 ** (gain / 20);
  if (factor > 1 && !amplifier && window.AudioContext && navigator.userActivation?.isActive) {
    const context = new AudioContext();
    amplifier = context.createGain();
    context.createMediaElementSource(audio).connect(amplifier).connect(context.destination);
  }
  audio.volume = amplifier ? 1 : Math.min(1, factor);
  if (amplifier) {
    amplifier.gain.value = factor;
    amplifier.context.resume();
  }
}

function load(track, at = 0) {
  now = track;
  audio.src = `${track.source}${kind}`;
  loudness(track.gain);
  if (at) audio.currentTime = at;
  bar.hidden = false;
  bar.querySelector("[data-cover]").src = track.cover;
  const name = bar.querySelector("[data-name]");
  name.textContent = track.title;
  name.href = track.page;
  if (barFace) faces.delete(barFace);
  barFace = makeFace(bar.querySelector("[data-face]"), track);
  if ("mediaSession" in navigator) {
    const artwork = [{ src: track.cover, type: "image/webp" }];
    navigator.mediaSession.metadata = new MediaMetadata({ title: track.title, album: location.host, artwork });
    place();
  }
}

// What a phone shows on its lock screen, and its keys.
function place() {
  if (!("mediaSession" in navigator) || !now || !Number.isFinite(audio.duration)) return;
  navigator.mediaSession.playbackState = audio.paused ? "paused" : "playing";
  const position = Math.min(audio.currentTime, audio.duration);
  navigator.mediaSession.setPositionState({ duration: audio.duration, position, playbackRate: audio.playbackRate });
}

function answerKeys() {
  const jump = (by) => (audio.currentTime = Math.max(0, Math.min(audio.duration || 0, audio.currentTime + by)));
  const keys = {
    play: () => now && audio.play().catch(failed),
    pause: () => audio.pause(),
    stop: close,
    seekbackward: ({ seekOffset }) => jump(-(seekOffset ?? 10)),
    seekforward: ({ seekOffset }) => jump(seekOffset ?? 10),
    seekto: ({ seekTime }) => (audio.currentTime = seekTime),
  };
  for (const [key, answer] of Object.entries(keys)) {
    try {
      navigator.mediaSession.setActionHandler(key, answer);
    } catch {
      // One that this browser does not know.
    }
  }
}

function toggle(track) {
  if (track.source !== now?.source) load(track);
  else if (!audio.paused) return audio.pause();
  loudness(track.gain);
  return audio.play().catch(failed);
}

function failed(error) {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return;
  document.dispatchEvent(new CustomEvent("studio:say", { detail: { text: bar.dataset.failed } }));
}

// A browser that is told to keep nothing refuses even the question; then a song ends with its page.
function keep(what) {
  try {
    if (what) sessionStorage.setItem(KEPT, JSON.stringify(what));
    else sessionStorage.removeItem(KEPT);
  } catch {
    /* It keeps nothing. */
  }
}

function keptBefore() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

function close() {
  audio.pause();
  audio.removeAttribute("src");
  now = null;
  bar.hidden = true;
  keep(null);
  for (const face of faces) draw(face);
}

function dress(root) {
  for (const place of root.querySelectorAll(".listen[data-player]")) {
    if (place.dataset.dressed) continue;
    place.dataset.dressed = "yes";
    place.dataset.play = place.querySelector("source").getAttribute("src").replace(/[^.]*$/, "");
    const face = document.createElement("div");
    face.className = "face";
    place.replaceChildren(face);
    makeFace(face, trackOf(place));
  }
  for (const button of root.querySelectorAll("button[data-play]")) button.hidden = false;
}

for (const event of ["timeupdate", "play", "pause", "ended", "seeked"]) {
  audio.addEventListener(event, () => {
    for (const face of faces) {
      if (!face.root.isConnected) faces.delete(face);
      else draw(face);
    }
    place();
    for (const button of document.querySelectorAll("button[data-play]")) {
      button.classList.toggle("playing", button.dataset.play === now?.source && !audio.paused);
    }
  });
}
audio.addEventListener("error", () => now && failed({ name: "MediaError" }));
addEventListener("pagehide", () => {
  if (now) keep({ now, at: audio.currentTime, playing: !audio.paused });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-play]");
  if (button) toggle(trackOf(button));
  if (event.target.closest("#player [data-close]")) close();
});
// A rough piece that somebody listens to is not taken away by a newer one.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const sounding = event.detail.target?.matches?.(".early") && event.detail.target.querySelector("audio");
  if (sounding && !sounding.paused) event.detail.shouldSwap = false;
});
document.addEventListener("play", (event) => event.target !== audio && audio.pause(), true);
document.addEventListener("htmx:load", ({ target }) => dress(target));

if (bar) {
  dress(document);
  if ("mediaSession" in navigator) answerKeys();
  const kept = keptBefore();
  if (kept) {
    load(kept.now, kept.at);
    if (kept.playing) audio.play().catch(failed);
  }
}

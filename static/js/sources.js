// What something is made from: a brush over a picture, a part of a waveform. The fields beside them do the same.

const painted = new Map(); // source -> what was painted on it, for when the form is asked for again

function brush(root) {
  const picture = root.querySelector("img");
  const field = root.querySelector("[name=mask]");
  const width = root.querySelector("[data-width]");
  const canvas = document.createElement("canvas");
  let strokes = field.value ? JSON.parse(field.value) : (painted.get(root.dataset.brush) ?? []);
  let stroke = null;

  canvas.setAttribute("aria-hidden", "true");
  picture.after(canvas);
  root.querySelector(".brushes").hidden = false;

  function draw() {
    const pen = canvas.getContext("2d");
    const ratio = devicePixelRatio || 1;
    const w = (canvas.width = Math.max(1, canvas.clientWidth * ratio));
    const h = (canvas.height = Math.max(1, canvas.clientHeight * ratio));
    pen.strokeStyle = getComputedStyle(document.getElementById("create-button")).backgroundColor;
    pen.lineCap = pen.lineJoin = "round";
    for (const [thick, ...points] of strokes) {
      pen.lineWidth = (thick * w) / 1000;
      pen.beginPath();
      pen.moveTo((points[0] * w) / 1000, (points[1] * h) / 1000);
      for (let n = 0; n < points.length; n += 2) pen.lineTo((points[n] * w) / 1000, (points[n + 1] * h) / 1000);
      pen.stroke();
    }
  }

  function keep() {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    painted.set(root.dataset.brush, strokes);
    draw();
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [
      Math.round((1000 * (event.clientX - box.left)) / box.width),
      Math.round((1000 * (event.clientY - box.top)) / box.height),
    ];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [Number(width.value), ...at(event)];
    strokes = [...strokes, stroke];
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [x, y] = at(event);
    const near = Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < 6;
    if (near || Math.min(x, y) < -999 || Math.max(x, y) > 1999) return;
    stroke.push(x, y);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (stroke) keep();
      stroke = null;
    });
  }
  root.querySelector("[data-back]").addEventListener("click", () => {
    strokes = strokes.slice(0, -1);
    keep();
  });
  root.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = [];
    keep();
  });
  new ResizeObserver(draw).observe(canvas);
  keep();
}

async function loudness(root) {
  const { peaks, sound } = root.dataset;
  if (peaks) return (await (await fetch(peaks)).json()).peaks;
  const bytes = await (await fetch(sound)).arrayBuffer();
  const samples = (await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes)).getChannelData(0);
  const each = Math.max(1, Math.floor(samples.length / 400));
  return Array.from({ length: 400 }, (_, n) => samples.subarray(n * each, (n + 1) * each).reduce((a, b) => Math.max(a, Math.abs(b)), 0));
}

function part(root) {
  const canvas = root.querySelector("canvas");
  const seconds = Number(root.dataset.seconds);
  const [from, to] = root.querySelectorAll("[name=repainting_start], [name=repainting_end]");
  const number = (field) => Math.min(seconds, Math.max(0, Number(field.value.replace("٫", ".")) || 0));
  let peaks = [];
  let anchor = null;

  canvas.hidden = false;
  loudness(root).then((found) => {
    peaks = found;
    draw();
  }, () => {}); // what cannot be drawn can still be said in the fields

  function draw() {
    const pen = canvas.getContext("2d");
    const ratio = devicePixelRatio || 1;
    const w = (canvas.width = Math.max(1, canvas.clientWidth * ratio));
    const h = (canvas.height = Math.max(1, canvas.clientHeight * ratio));
    const count = Math.floor(w / (4 * ratio));
    const top = Math.max(0.01, ...peaks);
    const accent = getComputedStyle(document.getElementById("create-button")).backgroundColor;
    const soft = getComputedStyle(canvas).color;
    const [start, end] = [number(from), number(to)];
    pen.globalAlpha = 0.16;
    pen.fillStyle = accent;
    pen.fillRect((start / seconds) * w, 0, Math.max(0, ((end - start) / seconds) * w), h);
    pen.globalAlpha = 1;
    for (let n = 0; n < count; n += 1) {
      const slice = peaks.slice(Math.floor((n * peaks.length) / count), Math.floor(((n + 1) * peaks.length) / count) + 1);
      const tall = Math.max(2 * ratio, (Math.max(0, ...slice) / top) * h * 0.86);
      const moment = (n / count) * seconds;
      pen.fillStyle = moment >= start && moment < end ? accent : soft;
      pen.fillRect((n / count) * w, (h - tall) / 2, 2.4 * ratio, tall);
    }
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return Math.round(10 * seconds * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))) / 10;
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    anchor = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (anchor === null) return;
    const now = at(event);
    [from.value, to.value] = [Math.min(anchor, now), Math.max(anchor, now)];
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (anchor = null));
  for (const field of [from, to]) field.addEventListener("input", draw);
  new ResizeObserver(draw).observe(canvas);
}

function dress(root) {
  for (const [name, make] of [["brush", brush], ["part", part]]) {
    for (const each of root.querySelectorAll(`[data-${name}]:not([data-dressed])`)) {
      each.dataset.dressed = "yes";
      make(each);
    }
  }
}

document.addEventListener("htmx:load", ({ target }) => dress(target));
dress(document);

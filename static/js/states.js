// My own work tells how it stands: in the tab's title and icon, beside "Create", and politely aloud.

const jobs = new Map(); // my unfinished generations: id -> percent, as text
const moments = new Map(); // what was last read aloud of each
const ended = new Set(); // generations, anybody's, that a frame said have ended
const title = document.title;
const icon = document.getElementById("favicon");
const dot = document.getElementById("state-dot");
const announcer = document.getElementById("announcer");
let done = "";

function say(sentence) {
  if (sentence) announcer.textContent = sentence;
}

function paint() {
  const state = jobs.size ? "forming" : done ? "done" : "idle";
  const percent = [...jobs.values()].find(Boolean) ?? "…";
  document.title = jobs.size ? `(${percent}) ${title}` : done ? `${done}: ${title}` : title;
  dot.hidden = state === "idle";
  dot.dataset.state = state;
  const address = icon.dataset[state];
  if (icon.getAttribute("href") !== address) icon.setAttribute("href", address);
}

function readPiece(piece, aloud) {
  const { generation: id, status, announce } = piece.dataset;
  if (status === "queued" || status === "running") {
    if (!jobs.has(id)) jobs.set(id, "");
  } else if (jobs.delete(id)) {
    if (status === "succeeded") done = announce;
    if (aloud) say(announce || piece.querySelector(".outcome")?.textContent);
  }
}

function readProgress(progress, aloud) {
  const id = progress.id.replace("progress-", "");
  const { moment, announce, percent } = progress.dataset;
  if (jobs.has(id)) jobs.set(id, percent ?? "");
  if (moments.get(id) !== moment && aloud) say(announce);
  moments.set(id, moment);
}

function read(root, aloud) {
  root.querySelectorAll("[data-generation][data-mine]").forEach((piece) => readPiece(piece, aloud));
  root.querySelectorAll("[data-progress]").forEach((progress) => readProgress(progress, aloud));
  paint();
}

function end(id) {
  ended.add(id);
  document.querySelector(`.strip a[href*="${id}"]`)?.remove(); // no longer "being made now"
  for (const strip of document.querySelectorAll(".making:not(:has(.strip a))")) strip.hidden = true;
}

function seen() {
  if (document.hidden || !done) return;
  done = "";
  paint();
}

// Frames are read before they are swapped: my work shows in the title of pages that have no card for it, too.
document.addEventListener("htmx:wsBeforeMessage", ({ detail: { message } }) => {
  if (typeof message !== "string" || !/data-(progress|generation)/.test(message)) return;
  const template = document.createElement("template");
  template.innerHTML = message;
  for (const { dataset } of template.content.querySelectorAll("[data-generation]:not([hx-get])")) end(dataset.generation);
  read(template.content, true);
});

// An answer that was on its way while the last frame came shows what is no longer so: ask again.
document.addEventListener("htmx:load", ({ target }) => {
  if (target.matches("[data-generation][hx-get]") && ended.has(target.dataset.generation)) htmx.trigger(target, "refresh");
  else if (target !== document.body) read(target.parentNode ?? target, true);
});
document.addEventListener("visibilitychange", () => setTimeout(seen, 3000));
addEventListener("focus", () => setTimeout(seen, 3000));
for (const deed of ["pointerdown", "keydown"]) addEventListener(deed, seen);

read(document, false);

// Frames of a forming picture: binary messages of the live socket, laid out as app/realtime/preview.py says.

const HEADER = 23;
const VERSION = 1;
const MIME = { type: "image/jpeg" };
const still = matchMedia("(prefers-reduced-motion: reduce)");
const early = new Map(); // frames that came before their card
const leaving = new Map(); // pictures of cards that are being replaced

function parse(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength <= HEADER || view.getUint8(0) !== VERSION) return null;
  const hex = [...new Uint8Array(buffer, 1, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    id: hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5"),
    position: view.getUint8(17),
    attempt: view.getUint8(18),
    step: view.getUint16(19),
    total: view.getUint16(21),
    image: new Blob([new Uint8Array(buffer, HEADER)], MIME),
  };
}

const order = (frame) => frame.attempt * 65536 + frame.step;
const keyOf = (frame) => `${frame.id}-${frame.position}`;

function show(frame) {
  const images = document.querySelectorAll(`img[data-preview="${keyOf(frame)}"]`);
  if (!images.length) {
    early.set(keyOf(frame), frame);
    if (early.size > 32) early.delete(early.keys().next().value);
  }
  for (const image of images) {
    if (order(frame) <= Number(image.dataset.shown ?? -1)) continue;
    const old = image.src;
    // The browser goes on showing the old frame until the new one is there, so only then it may go.
    image.onload = () => old.startsWith("blob:") && URL.revokeObjectURL(old);
    image.src = URL.createObjectURL(frame.image);
    image.dataset.shown = order(frame);
    const { id, position, step, total } = frame;
    document.dispatchEvent(new CustomEvent("studio:preview", { detail: { id, position, step, total } }));
  }
}

function keep(event) {
  for (const image of event.detail.target?.querySelectorAll?.("img[data-preview]") ?? []) {
    const painted = image.dataset.shown || (image.naturalWidth && image.src.includes("/frame/"));
    if (painted) leaving.set(image.dataset.preview, image);
  }
}

// The last frame stays on top until the finished picture is ready, then fades: no flash, no hole.
async function handOver(picture) {
  const last = leaving.get(picture.dataset.final);
  if (!last) return;
  leaving.delete(picture.dataset.final);
  last.removeAttribute("id");
  last.removeAttribute("data-preview");
  last.className = "last-frame";
  picture.after(last);
  await picture.decode().catch(() => {});
  last.classList.add("leaving");
  setTimeout(() => {
    last.remove();
    URL.revokeObjectURL(last.src);
  }, 500);
}

document.addEventListener("htmx:wsBeforeMessage", (event) => {
  if (!(event.detail.message instanceof ArrayBuffer)) return;
  event.preventDefault();
  const frame = parse(event.detail.message);
  if (frame && !still.matches) show(frame);
});

document.addEventListener("htmx:beforeSwap", keep);
document.addEventListener("htmx:oobBeforeSwap", keep);

// A card that comes anew keeps the frame that the old one showed. (Not by hx-preserve: it loses the picture when an
// answer comes for a card that a frame has replaced meanwhile.)
function carryOn(image) {
  const key = image.dataset.preview;
  if (leaving.has(key)) image.replaceWith(leaving.get(key));
  leaving.delete(key);
  if (early.has(key)) show(early.get(key));
  early.delete(key);
}

document.addEventListener("htmx:load", ({ target }) => {
  target.querySelectorAll("img[data-final]").forEach(handOver);
  target.querySelectorAll("img[data-preview]").forEach(carryOn);
});

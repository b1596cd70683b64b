// Focus stays where it was when what it stood on is replaced, by an answer or by a live frame.

const STOPS = "a[href], button, input, select, textarea, summary";
let place = null;

function stops(root) {
  return root ? [...root.querySelectorAll(STOPS)] : [];
}

function remember() {
  const here = document.activeElement;
  if (!here || here === document.body) return;
  const root = here.closest("[id]");
  place = root && { id: root.id, index: stops(root).indexOf(here) };
}

function restore() {
  if (!place || document.activeElement !== document.body) return;
  const root = document.getElementById(place.id);
  const stop = place.index < 0 ? root : stops(root)[place.index];
  place = null;
  stop?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSettle", restore);
document.addEventListener("htmx:wsBeforeMessage", ({ detail }) => typeof detail.message === "string" && remember());
document.addEventListener("htmx:wsAfterMessage", restore);

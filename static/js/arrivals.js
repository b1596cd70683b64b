// What comes over the live socket is meant for many pages. Here only that stays which this page has a place for,
// so that htmx does not complain of the rest in the console.

// A work that is gone leaves its place empty, so that Undo, in this tab or in another, can fill it again.
function emptyPlace(element) {
  const place = document.createElement("article");
  place.id = element.id;
  place.hidden = true;
  return place;
}

function keepsPlace(element) {
  return element.getAttribute("hx-swap-oob") === "delete" && element.id.startsWith("creation-");
}

// A worker may begin before the answer to Create has brought the card. That card then tells of an older state than
// the frame which found no place for it, so it is asked for again.
const early = new Map();

function remember(card) {
  early.set(card.id, card.dataset.status);
  setTimeout(() => early.delete(card.id), 10_000);
}

document.addEventListener("htmx:oobAfterSwap", () => {
  for (const [id, status] of early) {
    const card = document.getElementById(id);
    if (!card) continue;
    early.delete(id);
    if (card.dataset.status === "queued" && status !== "queued") {
      htmx.ajax("GET", `/g/${card.dataset.generation}/card`, { target: card, swap: "outerHTML" });
    }
  }
});

// Among what is "being made now" a piece has a small place: filled with the finished picture, or given up.
function makingPlace(card, place) {
  if (["queued", "running"].includes(card.dataset.status)) return card.remove();
  const next = card.querySelector("a.frame") ?? document.createElement("a");
  if (!next.firstChild) next.setAttribute("hx-swap-oob", "delete");
  next.id = place.id;
  card.replaceWith(next);
}

htmx.defineExtension("arrivals", {
  transformResponse(text, xhr) {
    if (xhr) return text; // an answer to a request, not a message
    const template = document.createElement("template");
    template.innerHTML = text;
    for (const element of [...template.content.children]) {
      const making = document.getElementById(element.id.replace("generation-", "making-"));
      if (making && making.id !== element.id) makingPlace(element, making);
      else if (!document.getElementById(element.id)) {
        if (element.dataset.generation) remember(element);
        element.remove();
      }
      else if (keepsPlace(element)) element.replaceWith(emptyPlace(element));
    }
    return template.innerHTML;
  },
});

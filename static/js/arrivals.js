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
      else if (!document.getElementById(element.id)) element.remove();
      else if (keepsPlace(element)) element.replaceWith(emptyPlace(element));
    }
    return template.innerHTML;
  },
});

// What comes over the live socket is meant for many pages. Here only that stays which this page has a place for,
// so that htmx does not complain of the rest in the console.

htmx.defineExtension("arrivals", {
  transformResponse(text, xhr) {
    if (xhr) return text; // an answer to a request, not a message
    const template = document.createElement("template");
    template.innerHTML = text;
    for (const element of [...template.content.children]) if (!document.getElementById(element.id)) element.remove();
    return template.innerHTML;
  },
});

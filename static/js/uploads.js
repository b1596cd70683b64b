// A file on its way: how much of it is there. Without this, a hundred megabytes look like nothing at all.

document.addEventListener("htmx:xhr:progress", ({ target, detail: { loaded, total } }) => {
  const bar = target.closest?.(".bring")?.querySelector(".coming");
  if (!bar || !total) return;
  bar.hidden = false;
  // All of it is there: now it is being written anew, which takes as long as it takes.
  if (loaded < total) bar.value = (loaded / total) * 100;
  else bar.removeAttribute("value");
});

document.addEventListener("htmx:afterRequest", ({ target }) => {
  const bar = target.closest?.(".bring")?.querySelector(".coming");
  if (bar) bar.hidden = true;
});

// Short words at the foot of the page: what happened, how to undo it, and what went wrong.

const area = document.getElementById("toasts");
const LASTS = 9000;

function toast(sentence) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  area.append(box);
}

function leaveLater(box) {
  let timer;
  const start = () => (timer = setTimeout(() => box.remove(), LASTS));
  const stop = () => clearTimeout(timer);
  box.addEventListener("pointerenter", stop);
  box.addEventListener("focusin", stop);
  box.addEventListener("pointerleave", start);
  box.addEventListener("focusout", start);
  start();
}

new MutationObserver((records) => {
  for (const record of records) {
    for (const node of record.addedNodes) if (node.classList?.contains("toast")) leaveLater(node);
  }
}).observe(area, { childList: true });

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field?.value ?? button.value);
  } catch {
    // Without a secure address there is no clipboard: copy out of the field, or show what a hand can copy.
    field?.select();
    if (!field || !document.execCommand("copy")) return toast(field?.value ?? button.value);
  }
  toast(area.dataset.copied);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

document.addEventListener("studio:say", ({ detail }) => toast(detail.text));

// An answer that is an error changes nothing on the page; its sentence is shown here.
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  const page = new DOMParser().parseFromString(xhr.responseText ?? "", "text/html");
  toast(page.querySelector("[data-sentence]")?.textContent.trim() || area.dataset.failed);
});
// The place that Undo would fill has gone from the page: send its form the plain way.
document.addEventListener("htmx:targetError", ({ target }) => target.closest?.(".toast form")?.submit());
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.requestConfig?.verb !== "get") toast(area.dataset.offline);
});
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful) target.closest?.(".toast")?.remove();
});

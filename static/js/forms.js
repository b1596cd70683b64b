// Small helps for forms. Each form works without them.

const digits = new Intl.NumberFormat(document.documentElement.lang === "ar" ? "ar-EG" : "en");
let depthOpen = null;

function grow(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
}

function count(field) {
  const output = document.querySelector(`output[for="${field.id}"]`);
  if (!output) return;
  output.dataset.words ??= output.textContent;
  const left = Number(field.dataset.limit) - [...field.value].length;
  output.hidden = left > 200;
  output.classList.toggle("over", left < 0);
  output.textContent = (left < 0 ? output.dataset.over : output.dataset.words).replace("{left}", digits.format(Math.abs(left)));
}

function chosen() {
  const output = document.querySelector("[data-chosen]");
  if (!output) return;
  const number = document.querySelectorAll(".pick input:checked").length;
  output.textContent = number ? output.dataset.words.replace("{count}", digits.format(number)) : "";
  for (const button of output.form?.querySelectorAll("button") ?? []) button.disabled = number === 0;
}

// A section begins on a line of its own, at the place where the writer is.
function insert(field, tag) {
  const before = field.value.slice(0, field.selectionStart).trimEnd();
  const lead = before ? "\n\n" : "";
  field.setRangeText(`${lead}${tag}\n`, before.length, field.selectionStart, "end");
  field.focus();
}

function prepare(root) {
  root.querySelectorAll("[data-insert-into]").forEach((tools) => (tools.hidden = false));
  root.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
  root.querySelectorAll("[data-without-script]").forEach((button) => (button.hidden = true));
  root.querySelectorAll("[data-grow]").forEach((field) => (grow(field), count(field)));
  chosen();
}

function setTheme(form, button) {
  document.documentElement.dataset.theme = button.value;
  for (const each of form.querySelectorAll("[name=theme]")) each.setAttribute("aria-pressed", each === button);
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: button.value, next: "/" }), redirect: "manual" });
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-grow]")) (grow(target), count(target));
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit]")) target.form.requestSubmit();
  if (target.closest(".pick")) chosen();
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (chip) {
    event.preventDefault();
    const field = document.getElementById(chip.dataset.fill);
    field.value = chip.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
  const section = event.target.closest("[data-insert-into] button");
  if (section) insert(document.getElementById(section.parentElement.dataset.insertInto), section.value);
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches(".preferences")) return;
  const prompt = document.getElementById("prompt")?.value;
  if (submitter?.name === "theme") {
    event.preventDefault();
    setTheme(form, submitter);
  } else if (prompt) {
    form.elements.next.value = `/create?prompt=${encodeURIComponent(prompt)}`; // a new language must not cost the words
  }
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "create-form") depthOpen = document.getElementById("depth").open;
});

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target?.id === "recent") detail.target.firstElementChild?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:load", ({ target }) => {
  const depth = target.querySelector("#depth");
  if (depth && depthOpen) depth.open = true;
  prepare(target);
});

prepare(document);

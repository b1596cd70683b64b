// The studio by keyboard: "/" searches, g and a letter goes, arrows walk along the wall, Ctrl+Enter creates.

const PLACES = { e: "/explore", l: "/library", c: "/create" };
let going = 0;

function typing(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function step(event) {
  const here = document.activeElement.closest("[data-arrows] .work");
  if (!here) return;
  const works = [...here.parentElement.querySelectorAll(".work")].filter((work) => work.querySelector("a.frame"));
  const forward = getComputedStyle(here).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const box = here.getBoundingClientRect();
  const middle = (work) => work.getBoundingClientRect().left + work.getBoundingClientRect().width / 2;
  const near = (row) => row.sort((a, b) => Math.abs(middle(a) - middle(here)) - Math.abs(middle(b) - middle(here)))[0];
  let next;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const side = event.key === "ArrowDown" ? 1 : -1;
    const tops = works.map((work) => work.getBoundingClientRect().top).filter((top) => (top - box.top) * side > 4);
    const top = side > 0 ? Math.min(...tops) : Math.max(...tops);
    next = near(works.filter((work) => Math.abs(work.getBoundingClientRect().top - top) < 4));
  } else {
    next = works[works.indexOf(here) + (event.key === forward ? 1 : -1)];
  }
  if (!next) return;
  event.preventDefault();
  next.querySelector("a.frame").focus();
}

function close(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  menu.open = false;
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) return target.closest("#create-form")?.requestSubmit();
  if (key === "Escape") return document.querySelectorAll(".menu[open]").forEach(close);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
  if (key.startsWith("Arrow")) return step(event);
  if (key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) (event.preventDefault(), search.focus());
  } else if (key === "g") {
    going = Date.now();
  } else if (PLACES[key] && Date.now() - going < 1500) {
    location.href = PLACES[key];
  }
});

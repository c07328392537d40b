/* The confirm sheet says which start was chosen, and a row of chips shows the chosen one. Without this file the page works all the same. */
(() => {
  for (const one of document.querySelectorAll(".chips [aria-current]")) {
    const row = one.parentElement;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = one.offsetLeft - 16; // on a phone the row scrolls: show where we are
  }
  const title = document.querySelector("[data-chosen]");
  if (!title) return;
  document.addEventListener("change", (event) => {
    const said = event.target.dataset.said;
    if (said) title.textContent = title.dataset.before + said;
  });
  const chosen = document.querySelector("input[name=start]:checked");
  if (chosen) title.textContent = title.dataset.before + chosen.dataset.said;
})();

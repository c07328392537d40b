/* The confirm sheet says which start was chosen. Without this file the page works all the same. */
(() => {
  const title = document.querySelector("[data-chosen]");
  if (!title) return;
  document.addEventListener("change", (event) => {
    const said = event.target.dataset.said;
    if (said) title.textContent = title.dataset.before + said;
  });
  const chosen = document.querySelector("input[name=start]:checked");
  if (chosen) title.textContent = title.dataset.before + chosen.dataset.said;
})();

/* Ten seconds to take it back: the toast counts down and waits while somebody looks at it. The server has the last word. */
(() => {
  const toast = document.querySelector(".toast[data-seconds]");
  if (!toast) return;
  const shown = toast.querySelector("[data-left]");
  let left = Number(toast.dataset.seconds);
  let held = false;
  toast.hidden = false;
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, () => { held = true; });
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, () => { held = false; });
  const timer = setInterval(() => {
    if (held || document.hidden) return;
    left -= 1;
    shown.textContent = left;
    if (left > 0) return;
    clearInterval(timer);
    toast.hidden = true;
  }, 1000);
})();

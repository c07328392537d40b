/* When nothing has come for 15 seconds, "Live" becomes the time of the last news. Nothing moves, nothing blinks. */
(() => {
  const lostAfterMs = 15000;
  let heard = Date.now();
  document.addEventListener("htmx:after:swap", () => { heard = Date.now(); });
  setInterval(() => {
    const sign = document.querySelector(".live");
    if (!sign || Date.now() - heard < lostAfterMs) return;
    sign.querySelector("span").textContent = sign.dataset.lost;
    const use = sign.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace("#wifi", "#cloud-off"));
  }, 1000);
})();

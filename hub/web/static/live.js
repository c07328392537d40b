/* The board as it changes. Pause holds what is shown and counts what waits; a change of state is told once to those who do not
   see it, one sentence in ten seconds; when nothing has come for 15 seconds, "Live" becomes the time of the last news. */
(() => {
  const lostAfterMs = 15000;
  const toldEveryMs = 10000;
  const news = document.querySelector("[data-news]");
  let heard = Date.now();
  let told = 0;
  let held = "";
  let waiting = 0;
  let paused = false;
  document.documentElement.classList.add("js");

  const states = () => new Map([...document.querySelectorAll("#board [data-says]")].map((card) => [card.id, card.dataset.says]));
  let known = states();
  const button = () => document.querySelector("[data-pause]");
  const label = () => {
    const one = button();
    if (!one) return;
    one.setAttribute("aria-pressed", String(paused));
    one.textContent = paused ? (waiting ? one.dataset.wait.replace("0", waiting) : one.dataset.go) : one.dataset.hold;
  };
  const tell = () => {
    const fresh = states();
    const changed = [...fresh].filter(([id, said]) => known.get(id) !== said).map(([, said]) => said);
    if (!changed.length || Date.now() - told < toldEveryMs) return;
    [known, told] = [fresh, Date.now()];
    if (news) news.textContent = changed.slice(0, 3).join(". ");
  };
  document.addEventListener("htmx:before:swap", (event) => {
    heard = Date.now();
    const text = event.detail && event.detail.ctx ? event.detail.ctx.text : "";
    if (!paused) return;
    event.preventDefault();
    if (text !== held) waiting += held ? 1 : 0;
    held = text;
    label();
  });
  document.addEventListener("htmx:after:swap", () => { heard = Date.now(); label(); tell(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-pause]")) return;
    [paused, waiting, held] = [!paused, 0, ""];
    label();
  });
  setInterval(() => {
    const sign = document.querySelector(".live");
    tell();
    if (!sign || paused || Date.now() - heard < lostAfterMs) return;
    sign.querySelector("span").textContent = sign.dataset.lost;
    const use = sign.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace("#wifi", "#cloud-off"));
  }, 1000);
})();

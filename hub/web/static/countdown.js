/* The seconds that an enrolment is open; every third of them it asks whether the badge has come. */
(() => {
  const sign = document.querySelector("[data-countdown]");
  if (!sign) return;
  const shown = sign.querySelector("[data-left]");
  const end = Date.now() + Number(sign.dataset.countdown) * 1000;
  const timer = setInterval(async () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    shown.textContent = left;
    if (left > 0 && left % 3) return;
    const answer = await fetch(sign.dataset.href).catch(() => null);
    const waits = answer && answer.ok && (await answer.text()).includes("data-countdown");
    if (waits && left > 0) return;
    clearInterval(timer);
    location.assign(sign.dataset.href);
  }, 1000);
})();

/* The week's grid by keyboard: one tab stop; arrows move, PageUp and PageDown change the day, Home and End go to the first
   and last free cell, Enter chooses, Shift and an arrow lengthen, Escape clears. Without this file every free cell is a link. */
(() => {
  const table = document.querySelector("table.week");
  const side = document.querySelector("[data-choice]");
  if (!table || !side) return;
  const untouched = side.innerHTML;
  const cells = [...table.querySelectorAll("td a, td[tabindex]")];
  const free = cells.filter((cell) => cell.dataset.at).sort((one, two) => Date.parse(one.dataset.at) - Date.parse(two.dataset.at));
  const box = (cell) => cell.closest("td").getBoundingClientRect();
  let minutes = Number(table.dataset.minutes);
  let current = free[0] || cells[0];
  let asked = 0;

  const go = (cell) => {
    if (!cell) return;
    if (current) current.tabIndex = -1;
    current = cell;
    cell.tabIndex = 0;
    cell.focus();
    const why = side.querySelector("[data-why]");
    if (why) why.textContent = cell.dataset.at ? "" : cell.getAttribute("aria-label");
  };
  const beside = (from, sideways, down) => {
    const here = box(from);
    const [x, y] = [here.left + here.width / 2, here.top + 6];
    const near = cells.map((cell) => [cell, box(cell)]).filter(([, other]) => {
      if (down) return other.left < x && other.right > x && (down > 0 ? other.top >= here.bottom - 1 : other.bottom <= here.top + 1);
      return other.top <= y && other.bottom > y && (sideways > 0 ? other.left >= here.right - 1 : other.right <= here.left + 1);
    });
    const far = ([, other]) => Math.abs(other.left + other.width / 2 - x) + Math.abs((down > 0 ? other.top : other.bottom) - y) * (down ? 1 : 0);
    return (near.sort((one, two) => far(one) - far(two))[0] || [])[0];
  };
  const dayOf = (cell) => {
    const x = box(cell).left + 1;
    return [...table.querySelectorAll("thead tr:first-child th")].findIndex((head) => { const at = head.getBoundingClientRect(); return at.left <= x && at.right > x; });
  };
  const day = (step) => {
    const was = dayOf(current);
    let cell = current;
    for (let n = 0; n < 40 && cell && dayOf(cell) === was; n += 1) cell = beside(cell, step, 0);
    return cell;
  };
  const paint = (card) => {
    for (const cell of table.querySelectorAll(".is-chosen")) cell.classList.remove("is-chosen");
    if (!card) return;
    const [from, to] = [Date.parse(card.dataset.start), Date.parse(card.dataset.end)];
    for (const cell of free) {
      const at = Date.parse(cell.dataset.at);
      if (cell.href.includes(`/${card.dataset.machine}/`) && at < to && at + 1 > from) cell.closest("td").classList.add("is-chosen");
    }
  };
  const show = async (address, focus) => {
    const mine = (asked += 1);
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (mine !== asked || !answer || !answer.ok || answer.redirected) return;
    side.innerHTML = await answer.text();
    const card = side.querySelector("[data-card]");
    minutes = Number(card.elements.minutes.value);
    paint(card);
    if (focus) card.elements[focus].focus();
  };
  const address = (base, start) => `${base}?${new URLSearchParams({ start, minutes })}`;
  const choose = (cell) => {
    if (!cell || !cell.dataset.at) return;
    const path = new URL(cell.href).pathname.replace(/\/book$/, "/choice");
    show(address(path, cell.dataset.at));
  };
  const clear = () => { asked += 1; side.innerHTML = untouched; paint(null); };
  const longer = (step) => {
    const card = side.querySelector("[data-card]");
    if (!card) { choose(current); return; }
    const field = card.elements.minutes;
    field.selectedIndex = Math.min(field.options.length - 1, Math.max(0, field.selectedIndex + step));
    minutes = Number(field.value);
    show(address(card.dataset.card, card.elements.start.value));
  };
  const keys = {
    ArrowRight: () => go(beside(current, 1, 0)), ArrowLeft: () => go(beside(current, -1, 0)),
    ArrowDown: () => go(beside(current, 0, 1)), ArrowUp: () => go(beside(current, 0, -1)),
    PageDown: () => go(day(1)), PageUp: () => go(day(-1)),
    Home: () => go(free[0]), End: () => go(free.at(-1)),
    Enter: () => choose(current), " ": () => choose(current), Escape: clear,
  };
  const lengthen = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  for (const cell of cells) cell.tabIndex = -1;
  if (current) current.tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.shiftKey && event.key in lengthen) longer(lengthen[event.key]);
    else if (!event.shiftKey && event.key in keys) keys[event.key]();
    else return;
    event.preventDefault();
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td a, td[tabindex]");
    if (!cell || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(cell);
    choose(cell);
  });
  side.addEventListener("change", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || !["start", "minutes"].includes(event.target.name)) return;
    minutes = Number(card.elements.minutes.value);
    show(address(card.dataset.card, card.elements.start.value), event.target.name);
  });
})();

/* The week's grid by keyboard: one tab stop; arrows move, PageUp and PageDown change the day, Home and End go to the first
   and last free cell, Enter chooses, Shift and an arrow lengthen, Escape clears. Without this file every free cell is a link. */
(() => {
  const table = document.querySelector("table.week");
  const choice = document.querySelector("[data-choice]");
  if (!table || !choice) return;
  const cells = [...table.querySelectorAll("[data-cell]")];
  const minutes = choice.querySelector("[name=minutes]");
  const place = new Map(cells.map((cell) => [cell, cell.closest("td").getBoundingClientRect()]));
  const middle = (cell) => { const box = place.get(cell); return [box.left + box.width / 2, box.top + box.height / 2]; };
  const free = () => cells.filter((cell) => cell.dataset.start).sort((one, two) => Date.parse(one.dataset.start) - Date.parse(two.dataset.start));
  let current = free()[0] || cells[0];
  let chosen = null;

  const measure = () => { for (const cell of cells) place.set(cell, cell.closest("td").getBoundingClientRect()); };
  const go = (cell) => {
    if (!cell) return;
    if (current) current.tabIndex = -1;
    current = cell;
    cell.tabIndex = 0;
    cell.focus();
  };
  const beside = (sideways, down) => {
    measure();
    const box = place.get(current);
    const [x, y] = middle(current);
    const near = cells.filter((cell) => {
      const other = place.get(cell);
      if (down) return other.left < x && other.right > x && (down > 0 ? other.top >= box.bottom - 1 : other.bottom <= box.top + 1);
      return other.top <= box.top + 1 && other.bottom > box.top + 1 && (sideways > 0 ? other.left >= box.right - 1 : other.right <= box.left + 1);
    });
    const far = (cell) => { const [cx, cy] = middle(cell); return Math.abs(cx - x) + Math.abs(cy - y); };
    return near.sort((one, two) => far(one) - far(two))[0];
  };
  const day = (step) => {
    let cell = current;
    const from = (one) => one.dataset.day || one.getAttribute("aria-label").split(", ").at(-1).replace(/ \d.*/, "");
    const was = from(current);
    for (let n = 0; n < 40 && cell && from(cell) === was; n += 1) { current = cell; cell = beside(step, 0); }
    return cell;
  };
  const end = (clock, length) => {
    const all = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)) + length;
    return `${String(Math.floor(all / 60) % 24).padStart(2, "0")}:${String(all % 60).padStart(2, "0")}`;
  };
  const show = () => {
    for (const cell of table.querySelectorAll(".c-chosen")) cell.classList.remove("c-chosen");
    choice.querySelector("[data-filled]").hidden = !chosen;
    choice.querySelector("[data-empty]").hidden = Boolean(chosen);
    if (!chosen) return;
    const { machine, start, clock } = chosen.dataset;
    const until = Date.parse(start) + Number(minutes.value) * 60000;
    for (const cell of cells) {
      const at = Date.parse(cell.dataset.start);
      if (cell.dataset.machine === machine && at >= Date.parse(start) && at < until) cell.closest("td").classList.add("c-chosen");
    }
    choice.action = choice.dataset.action.replace("MACHINE", machine);
    choice.querySelector("[name=start]").value = start;
    choice.querySelector("[data-plate]").textContent = machine;
    choice.querySelector("[data-day]").textContent = chosen.dataset.day;
    choice.querySelector("[data-span]").textContent = `${clock}\u2013${end(clock, Number(minutes.value))}`;
    choice.querySelector("[data-others]").href = `${chosen.getAttribute("href")}&minutes=${minutes.value}`;
  };
  const choose = (cell) => { chosen = cell && cell.dataset.start ? cell : null; show(); };
  const longer = (step) => {
    minutes.selectedIndex = Math.min(minutes.options.length - 1, Math.max(0, minutes.selectedIndex + step));
    if (!chosen) choose(current);
    show();
  };
  const keys = {
    ArrowRight: () => go(beside(1, 0)), ArrowLeft: () => go(beside(-1, 0)),
    ArrowDown: () => go(beside(0, 1)), ArrowUp: () => go(beside(0, -1)),
    PageDown: () => go(day(1)), PageUp: () => go(day(-1)),
    Home: () => go(free()[0]), End: () => go(free().at(-1)),
    Enter: () => choose(current), " ": () => choose(current), Escape: () => choose(null),
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
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(cell);
    choose(cell);
  });
  minutes.addEventListener("change", show);
})();

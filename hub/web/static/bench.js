// The test bench: asks /bench/state twice a second, redraws what changed, sends what a hand does.
"use strict";
(() => {
  const start = JSON.parse(document.getElementById("bench-start").textContent);
  const say = start.words;
  const POLL_MS = 500;
  const clockText = new Intl.DateTimeFormat("fr-BE", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: start.zone });
  const shortText = new Intl.DateTimeFormat("fr-BE", { hour: "2-digit", minute: "2-digit", timeZone: start.zone });
  const LOOKS = { free: "circle-check", use: "circle-play", ending: "hourglass", out: "octagon-x", closed: "moon", offline: "cloud-off" };
  const cards = new Map([...document.querySelectorAll("[data-node]")].map((card) => [card.dataset.node, card]));
  let ahead = 0;

  async function send(what, facts) {
    const answer = await fetch(`/bench/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(facts) });
    const said = await answer.json();
    sorry(answer.ok ? "" : `${say.failed} ${said.detail}`);
    await look();
    return answer.ok ? said : null;
  }

  function sorry(text) {
    const box = document.getElementById("failed");
    box.hidden = !text;
    put(box.querySelector("b"), text);
  }

  function announce(text) { document.getElementById("said").textContent = text; }

  function put(element, text) { if (element.textContent !== text) element.textContent = text; }

  function lookOf(node) {
    if (!node.powered || node.phase === null) return ["closed", say.dark];
    if (node.phase === "in-use") return ["use", say["in-use"]];
    if (node.phase === "starting") return ["use", say.starting];
    if (node.phase === "ending") return ["ending", say.ending];
    if (node.inhibits.length) return ["out", say.out];
    if (!node.online) return ["offline", say.offline];
    if (node.phase === "run-on") return ["ending", say["run-on"]];
    return ["free", say.free];
  }

  function lightWords(led) {
    const parts = led.split(" + ").map((glow) => glow.split(" ").map((word) => word.split("/").map((one) => say[`light ${one}`] || one).join("/")).join(" "));
    return parts.join(" + ");
  }

  function lamp(box, on, name, words) {
    const one = box.firstElementChild;
    one.classList.toggle("on", on);
    if (name) put(one.querySelector("b"), name);
    put(one.querySelector("small"), words);
  }

  function draw(id, node) {
    const card = cards.get(id);
    if (!card) return;
    const [kind, word] = lookOf(node);
    const head = card.querySelector("[data-word]");
    head.className = `word is-${kind}`;
    put(head.querySelector("b"), word);
    head.querySelector("use").setAttribute("href", `${start.sprite}#${LOOKS[kind]}`);
    put(card.querySelector(".display"), node.display.join("\n"));
    const ring = card.querySelector(".led");
    ring.setAttribute("class", `led ${node.led.split(/[ /]/)[0]}`);
    const words = lightWords(node.led);
    if (ring.getAttribute("aria-label") !== words) ring.setAttribute("aria-label", words);
    put(card.querySelector("[data-light]"), words);
    put(card.querySelector("[data-sound]"), node.buzz ? say[`sound ${node.buzz}`] || node.buzz : say.silent);
    const code = card.querySelector("[data-qr]");
    code.hidden = !node.qr;
    if (node.qr) code.href = node.qr;
    const kiosk = card.querySelector("[data-kiosk]");
    kiosk.hidden = !node.kiosk;
    if (node.kiosk) kiosk.href = `http://${location.hostname}:${node.kiosk}/`;
    card.querySelector("[data-box]").classList.toggle("dark", !node.powered);
    card.querySelector("[data-pad]").disabled = !node.powered;
    lamp(card.querySelector("[data-relay]"), node.relay, node.relay ? say.closed : say.open, node.relay ? say.powered : say.unpowered);
    lamp(card.querySelector("[data-extraction]"), node.extraction, "", node.extraction ? say.runs : say.stands);
    put(card.querySelector("[data-watts-text]"), String(node.watts));
    card.querySelector("rect[data-watts]").setAttribute("width", `${Math.min(100, (100 * node.watts) / Number(card.dataset.most))}%`);
    const range = card.querySelector("[data-range]");
    if (document.activeElement !== range) range.value = node.watts;
    card.querySelector("[data-link]").setAttribute("aria-pressed", String(!node.cable));
    card.querySelector("[data-power]").setAttribute("aria-pressed", String(!node.powered));
    for (const button of card.querySelectorAll("[data-input]")) button.setAttribute("aria-pressed", String(Boolean(node.inputs[button.dataset.input])));
  }

  function sentence(line) {
    if (line.what === "tap") {
      const word = line.action === "end" ? say.ended : line.allowed ? say[line.action] || say.allowed : say.refused;
      const until = line.until ? ` ${say.until} ${shortText.format(new Date(line.until))}` : "";
      return `${word}${until}${line.reason ? `: ${say[`reason ${line.reason}`] || line.reason} (${line.reason})` : ""}`;
    }
    if (line.what === "link") return line.up ? say["cable-in"] : say["cable-out"];
    if (line.what === "power") return line.on ? say["mains-in"] : say["mains-out"];
    if (line.what === "input") return `${say[line.input]} ${line.on ? say.pressed : say.released}`;
    if (line.what === "clock") return `${say.clock} (+${line.advance_s} s)`;
    return say.skew;
  }

  let lastLine = "";
  function journal(lines, nodes) {
    const newest = lines.length ? lines[lines.length - 1].at + lines.length : "";
    if (newest === lastLine) return;
    lastLine = newest;
    const list = document.getElementById("journal");
    list.replaceChildren(...lines.slice(-12).reverse().map((line) => {
      const item = document.createElement("li");
      const time = document.createElement("time");
      const at = new Date(line.at);
      time.dateTime = line.at;
      time.textContent = `${clockText.format(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
      const text = document.createElement("span");
      text.textContent = `${line.node ? `${nodes[line.node].machine} ` : ""}${sentence(line)}`;
      item.append(time, text);
      return item;
    }));
    if (lines.length) announce(list.firstElementChild.lastElementChild.textContent);
  }

  function show(state) {
    ahead = new Date(state.now).getTime() - Date.now();
    for (const [id, node] of Object.entries(state.nodes)) draw(id, node);
    journal(state.journal || [], state.nodes);
  }

  async function look() {
    try {
      const answer = await fetch("/bench/state");
      if (answer.ok) show(await answer.json());
    } catch { /* the demo has ended, or the hub is starting again: the next look will tell */ }
  }

  function tick() {
    const now = new Date(Date.now() + ahead);
    const clock = document.getElementById("clock");
    clock.dateTime = now.toISOString();
    put(clock, clockText.format(now));
  }

  async function tap(card) {
    const badge = document.querySelector("input[name=badge]:checked");
    if (!badge) { sorry(say.choose); return; }
    const text = card.querySelector("[data-pad-text]");
    const pad = card.querySelector("[data-pad]");
    text.className = "laid";
    text.textContent = badge.dataset.who;
    pad.setAttribute("aria-busy", "true");
    await send("tap", { node: card.dataset.node, uid: badge.value });
    setTimeout(() => { text.className = ""; text.textContent = say.here; pad.removeAttribute("aria-busy"); }, 700);
  }

  for (const [id, card] of cards) {
    const pressed = (button) => button.getAttribute("aria-pressed") === "true";
    card.querySelector("[data-pad]").addEventListener("click", () => tap(card));
    card.querySelector("[data-range]").addEventListener("change", (event) => send("watts", { node: id, watts: Number(event.target.value) }));
    card.querySelector("[data-link]").addEventListener("click", (event) => send("link", { node: id, up: pressed(event.currentTarget) }));
    card.querySelector("[data-power]").addEventListener("click", (event) => send("power", { node: id, on: pressed(event.currentTarget) }));
    card.querySelector("[data-skew]").addEventListener("click", async (event) => {
      const button = event.currentTarget, wrong = !pressed(button);
      if (await send("clock", { node: id, skew_s: wrong ? 86400 : 0 })) button.setAttribute("aria-pressed", String(wrong));
    });
    for (const button of card.querySelectorAll("[data-input]")) button.addEventListener("click", () => send("input", { node: id, input: button.dataset.input, on: !pressed(button) }));
  }
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", async () => {
      const all = document.querySelectorAll("[data-advance]");
      all.forEach((one) => { one.disabled = true; });
      announce(say.leaping);
      await send("clock", { advance_s: Number(button.dataset.advance) });
      all.forEach((one) => { one.disabled = false; });
      button.focus();
    });
  }
  show(start.state);
  tick();
  setInterval(tick, 250);
  setInterval(look, POLL_MS);
})();

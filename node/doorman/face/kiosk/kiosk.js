// The tablet's page: asks the box once a second what to show, and lays it out. Dims when nothing happens for long.
"use strict";
(() => {
  const POLL_MS = 1000, DIM_MS = 300000, LOST_LOOKS = 5;
  const SVG = "http://www.w3.org/2000/svg";
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const FORGET_MS = 60000, SORRY_MS = 6000;
  let stamp = null, closed = null, touched = Date.now(), misses = 0, tag = "", drawn = "";
  let now = null, lang = "", offers = "", sending = false;
  const panels = Panels({ press, told: () => now });

  function put(element, text) { if (element.textContent !== text) element.textContent = text; }
  function shape(name, facts, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  }
  function row(id, text) { $(id).hidden = !text; put($(id).querySelector("span"), text || ""); }

  function ruler(facts) {
    const box = $("ruler");
    box.replaceChildren();
    if (!facts || facts.now === undefined) return;
    const svg = shape("svg", { role: "img", "aria-label": facts.label }, box);
    const hatch = shape("pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, shape("defs", {}, svg));
    shape("rect", { class: "hatch-t", width: 7, height: 7 }, hatch);
    shape("line", { class: "hatch-c", x1: 0, x2: 0, y2: 7 }, hatch);
    shape("rect", { class: "bar", y: 8, width: "100%", height: 40, rx: 3 }, svg);
    shape("rect", { class: "past", y: 9, width: `${facts.now}%`, height: 38 }, svg);
    for (const block of facts.blocks) shape("rect", { class: block.kind, x: `${block.x}%`, y: 8, width: `${block.w}%`, height: 40 }, svg);
    facts.ticks.forEach((tick, place) => {
      shape("line", { class: "tick", x1: `${tick.x}%`, x2: `${tick.x}%`, y1: 48, y2: tick.text ? 55 : 51 }, svg);
      if (!tick.text) return;
      const end = place === 0 ? "start" : tick.x > 97 ? "end" : "middle";
      shape("text", { x: `${tick.x}%`, y: 70, "text-anchor": end }, svg).textContent = tick.text;
    });
    shape("line", { class: "now", x1: `${facts.now}%`, x2: `${facts.now}%`, y1: 2, y2: 52 }, svg);
    const mark = shape("svg", { x: `${facts.now}%`, y: 0, overflow: "visible" }, svg);
    shape("path", { class: "mark", d: "M-6 0h12l-6 7z" }, mark);
  }

  function code(facts) {
    const box = $("qr");
    box.replaceChildren();
    if (!facts || !facts.path) return;
    const svg = shape("svg", { viewBox: `0 0 ${facts.size} ${facts.size}`, role: "img", "aria-label": "QR", "shape-rendering": "crispEdges" }, box);
    shape("path", { d: facts.path, fill: "#000" }, svg);
  }

  function aside(side) {
    put(document.querySelector("h2"), side.head || "");
    ruler(side.ruler);
    code(side.qr);
    const list = document.querySelector("dl");
    list.replaceChildren(...(side.rows || []).flatMap(([name, value]) => {
      const term = document.createElement("dt"), said = document.createElement("dd");
      term.textContent = name;
      said.textContent = value;
      return [term, said];
    }));
    put($("note"), side.note || "");
  }

  function lines(box, texts, made) {
    box.replaceChildren(...texts.map((text) => {
      const one = document.createElement(made);
      if (text.lang) one.lang = text.lang;
      one.textContent = text.text ?? text;
      return one;
    }));
  }

  function cards(texts) {
    $("cards").hidden = !texts.length;
    $("cards").replaceChildren(...texts.map((card) => {
      const item = document.createElement("li"), what = document.createElement("b"), way = document.createElement("span");
      what.textContent = card.what;
      way.textContent = card.way;
      item.append(what, way);
      return item;
    }));
  }

  function buttons(told) {
    const tools = told.tools.time ? [panels.knows(told.family) && ["materials", told.tools.materials, panels.material], told.estimates.length && ["time", told.tools.time, panels.time]] : [];
    const wanted = JSON.stringify([told.buttons, told.tools, tools.map(Boolean)]);
    if (wanted === offers) return;
    offers = wanted;
    const asks = { finish: () => panels.sure(now.sure), report: () => panels.trouble(now.report), extend: () => press({ do: "extend" }) };
    const made = told.buttons.map((one) => panels.button(one.text, asks[one.do], one.main && "main"));
    made.push(...tools.filter(Boolean).map(([, text, act]) => panels.button(text, () => act(now.tools), "tool")));
    $("buttons").replaceChildren(...made);
  }

  function sorry(text) {
    put($("answer"), text || "");
    setTimeout(() => put($("answer"), ""), SORRY_MS);
  }

  async function press(what) {
    if (sending || !now) return;
    sending = true;
    const words = now.sorry.late ? now.sorry : { late: now.pad.late || "", lost: now.pad.late || "" };
    const asked = { method: "POST", headers: { "Content-Type": "application/json", "X-Loquet-Kiosk": now.token }, body: JSON.stringify({ ...what, turn: now.turn }) };
    try {
      const answer = await fetch("/press", asked);
      if (what.do !== "pin") panels.close();
      if (!answer.ok) sorry(answer.status === 409 ? words.late : words.lost);
    } catch {
      sorry(words.lost);
    }
    tag = "";
    await look();
    sending = false;
  }

  function draw(told) {
    const counts = told.unit !== undefined, deny = told.kind === "deny";
    const wide = !counts && !told.long && !deny && told.word.length > 5;
    body.className = [`is-${told.kind}`, counts && "counts", told.long && "long", wide && "wide", told.offline && "cut", body.classList.contains("dim") && "dim"].filter(Boolean).join(" ");
    document.documentElement.lang = told.lang;
    put($("machine"), told.machine);
    put($("title"), told.title);
    put($("clock"), told.clock);
    row("extraction", told.extraction);
    row("offline", told.offline);
    row("hint", told.hint);
    put($("small"), told.small);
    $("sign").toggleAttribute("hidden", !deny);
    put($("word").querySelector("span"), told.word);
    put($("word").querySelector("small"), told.unit || "");
    lines($("others"), told.others, "span");
    lines($("facts"), told.facts, "p");
    cards(told.cards || []);
    $("close").hidden = !told.close;
    if (told.close) put($("close"), told.close.replace("{n}", told.left_s));
    aside(told.side);
    buttons(told);
    $("langs").hidden = !told.choose;
    for (const one of $("langs").children) one.setAttribute("aria-current", String(one.lang === told.lang));
    document.title = `${told.machine} ${told.word}`;
  }

  function lost() {
    const [word, hint] = JSON.parse(drawn || '{"lost":["Loquet",""]}').lost;
    body.className = "is-offline long";
    put($("word").querySelector("span"), word);
    put($("word").querySelector("small"), "");
    lines($("facts"), [hint], "p");
    for (const id of ["hint", "offline", "extraction", "close", "cards"]) $(id).hidden = true;
    panels.close();
    offers = "";
    for (const id of ["small", "others", "clock", "note", "qr", "ruler", "buttons", "answer"]) $(id).replaceChildren();
    document.querySelector("dl").replaceChildren();
    put(document.querySelector("h2"), "");
    tag = "";
  }

  function show(told) {
    const happened = stamp !== null && told.stamp !== stamp;
    now = told;
    if (told.stamp !== stamp) {
      if (stamp !== null) put($("said"), [told.small, told.word, told.unit, ...told.facts].filter(Boolean).join(" "));
      stamp = told.stamp;
      touched = Date.now();
    }
    draw(told);
    panels.follow(told, happened);
  }

  async function look() {
    if (lang && Date.now() - touched > FORGET_MS) lang = "";
    try {
      const answer = await fetch(`/state.json?${new URLSearchParams({ ...(closed && { closed }), ...(lang && { lang }) })}`, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      misses = 0;
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") || "";
        drawn = await answer.text();
        const told = JSON.parse(drawn);
        if (told.stamp) show(told);
      }
    } catch {
      misses += 1;
      if (misses === LOST_LOOKS) lost();
    }
    const idle = drawn && JSON.parse(drawn).idle && Date.now() - touched > DIM_MS;
    body.classList.toggle("dim", Boolean(idle));
  }

  addEventListener("pointerdown", () => { touched = Date.now(); body.classList.remove("dim"); });
  $("close").addEventListener("click", () => { closed = stamp; tag = ""; look(); });
  for (const one of $("langs").children) one.addEventListener("click", () => { lang = one.lang; tag = ""; look(); });
  look();
  setInterval(look, POLL_MS);
})();

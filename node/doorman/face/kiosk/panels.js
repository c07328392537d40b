// What the tablet asks after a button: sure, which trouble, which material, is there time, a code. Lays out; decides nothing.
"use strict";
window.Panels = ({ press, told }) => {
  const OPEN_MS = 30000; // as long as a refusal is shown
  const $ = (id) => document.getElementById(id);
  let kind = "", opener = null, closing = 0, digits = "", materials = null;

  function button(text, act, ...kinds) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.className = kinds.filter(Boolean).join(" ");
    made.addEventListener("click", act);
    return made;
  }

  function ask(name, head, note, choices, ways, columns) {
    if (!kind) opener = document.activeElement;
    kind = name;
    $("asked").textContent = head;
    $("told").textContent = note || "";
    $("choices").className = columns || "";
    $("choices").replaceChildren(...choices);
    $("ways").replaceChildren(...ways);
    $("panel").hidden = false;
    for (const id of ["state", "side"]) $(id).inert = true;
    $("asked").focus();
    stay();
  }

  function close() {
    if (!kind) return;
    kind = "";
    digits = "";
    clearTimeout(closing);
    $("panel").hidden = true;
    for (const id of ["state", "side"]) $(id).inert = false;
    for (const id of ["choices", "ways"]) $(id).replaceChildren();
    opener?.focus?.();
  }

  function stay() {
    clearTimeout(closing);
    if (kind !== "pad") closing = setTimeout(close, OPEN_MS);
  }

  const back = (text) => button(text, close, "back");

  function sure(words) {
    ask("sure", words.head, words.note, [], [button(words.go, () => press({ do: "finish" }), "ends"), back(words.back)]);
  }

  function trouble(words) {
    const choices = words.categories.map((one) => button(one.text, () => how(words, one.id)));
    ask("report", words.what, words.help, choices, [back(words.back)], "two");
  }

  function how(words, category) {
    const sent = (severity) => () => press({ do: "report", category, severity });
    const choices = words.severities.map((one) => button(one.text, sent(one.id), one.id === "danger" && "ends"));
    ask("report", words.how, words.help, choices, [button(words.back, () => trouble(words), "back")], "one");
  }

  async function material(words) {
    materials ??= await fetch("/materials.json").then((answer) => answer.json()).catch(() => null);
    const known = materials?.[told().family] || [], lang = told().lang;
    const choices = known.map((one) => button(one[lang][0], () => verdict(words, one[lang], one.verdict)));
    ask("tool", words.materials, "", choices, [back(words.back)], "four");
  }

  function verdict(words, [name, why], judged) {
    const said = ["p", "p"].map((kind) => document.createElement(kind));
    said[0].className = `verdict ${judged}`;
    said[0].textContent = words.verdicts[judged];
    said[1].className = "why";
    said[1].textContent = why;
    ask("tool", name, "", said, [button(words.back, () => material(words), "back")], "one");
  }

  function time(words) {
    const said = told().estimates.map((one) => {
      const line = document.createElement("p");
      line.className = one.fits ? "fits" : "short";
      line.textContent = one.text;
      return line;
    });
    ask("tool", words.time, "", said, [back(words.back)], "two lines");
  }

  function pad(words) {
    digits = "";
    const shown = () => { $("told").textContent = "●".repeat(digits.length) || " "; go.disabled = digits.length < words.least; };
    const add = (digit) => () => { if (digits.length < words.most) digits += digit; shown(); };
    const go = button(words.go, () => { const typed = digits; digits = ""; shown(); press({ do: "pin", digits: typed }); }, "main");
    const wipe = button(words.delete, () => { digits = digits.slice(0, -1); shown(); }, "back");
    const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"].map((digit) => button(digit, add(digit), "key"));
    ask("pad", words.head, "", keys, [wipe, go], "pad");
    shown();
  }

  // What is asked for by the box itself, and what is over: called at every drawing.
  function follow(now, happened) {
    if (now.pad.head && (kind !== "pad" || happened)) pad(now.pad);
    else if (kind === "pad" && !now.pad.head) close();
    else if (happened && kind) close();
  }

  addEventListener("pointerdown", () => { if (kind) stay(); });
  addEventListener("keydown", (event) => {
    // a keypad plugged into the tablet: digits, a wrong one taken back, and Enter wherever the focus is
    const [wipe, go] = $("ways").children;
    if (kind === "pad" && /^[0-9]$/.test(event.key)) [...$("choices").children].find((one) => one.textContent === event.key)?.click();
    else if (kind === "pad" && event.key === "Backspace") wipe.click();
    else if (kind === "pad" && event.key === "Enter" && document.activeElement !== wipe) { event.preventDefault(); go.click(); }
    else if (event.key === "Escape" && kind !== "pad") close();
  });
  return { sure, trouble, material, time, follow, close, button, knows: (family) => family === "laser" };
};

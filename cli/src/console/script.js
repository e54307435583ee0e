// Keys, live rows, copies and times. Every page works as links without it. What it puts into a page is HTML that the
// server wrote and escaped; what it makes itself is text.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const setting = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    return null;
  }
};
const say = (text) => { one("#said").textContent = text; };

// Times: UTC as the server writes them, or the reader's own.
const pad = (number, width = 2) => String(number).padStart(width, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function moment(at, isLocal) {
  const shift = (date) => (isLocal ? new Date(date.getTime() - date.getTimezoneOffset() * 60000) : date);
  const [then, now] = [shift(at), shift(new Date())];
  const time = `${pad(then.getUTCHours())}:${pad(then.getUTCMinutes())}`;
  if (then.toISOString().slice(0, 10) === now.toISOString().slice(0, 10)) return `${time}:${pad(then.getUTCSeconds())}`;
  const day = `${then.getUTCDate()} ${months[then.getUTCMonth()]}`;
  return then.getUTCFullYear() === now.getUTCFullYear() ? `${day} ${time}` : `${day} ${then.getUTCFullYear()}`;
}
function showTimes(within = document) {
  const isLocal = setting("zone") === "local";
  one("#zone").textContent = isLocal ? "Local" : "UTC";
  for (const time of all("time", within)) time.textContent = moment(new Date(time.dateTime), isLocal);
}
function countDown() {
  let next = 60000;
  for (const left of all("[data-ends]")) {
    const seconds = Math.floor((new Date(left.dataset.ends) - Date.now()) / 1000);
    if (seconds < 60) next = 1000;
    const words = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : null;
    if (seconds <= 0) left.textContent = "gone";
    else if (words) left.textContent = `${words} left`;
    left.className = seconds < 300 ? "failed" : seconds < 3600 ? "waiting" : "second";
  }
  setTimeout(countDown, next);
}

// Parts that come after the page, and the page that reads itself again.
const silence = "The console does not answer: it may have ended.";
async function fragment(url) {
  const answer = await fetch(url, { headers: { "x-landfall-console": "1" } });
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}
async function load(place) {
  try {
    const content = await fragment(place.dataset.load);
    place.replaceChildren(content);
    for (const { dataset, value } of all("data[data-facet]", place)) {
      const count = one(`.facet a[data-facet="${CSS.escape(dataset.facet)}"] .count`);
      if (count) count.textContent = Number(value).toLocaleString("en");
    }
  } catch {
    // What stands aside says nothing of itself.
    place.textContent = "aside" in place.dataset ? "" : silence;
  }
  place.removeAttribute("aria-busy");
  start(place);
}
// What failed is asked for again by itself, while somebody can see it: its part, or else the page.
function retry(pane) {
  const place = pane.closest("[data-load]");
  setTimeout(() => {
    if (!pane.isConnected) return;
    if (document.hidden || (!place && one("dialog[open]"))) return retry(pane);
    if (place) load(place); else location.reload();
  }, Number(pane.dataset.again) * 1000);
}
// The time runs from the end of a read, and the page that was read says how long it is.
function again() {
  const every = Number(document.body.dataset.every);
  if (every > 0) setTimeout(async () => { await readAgain(); again(); }, every * 1000);
}
async function readAgain() {
  const focused = document.activeElement;
  if (document.hidden || one("dialog[open]") || selected() || one("#scroll")?.scrollTop > 0 || (focused && focused !== one("#main") && one("#main").contains(focused))) return;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [main, top] = [one("#main"), one("#main").scrollTop];
    main.replaceChildren(...one("#main", page).childNodes);
    main.scrollTop = top;
    one("#age").replaceChildren(...one("#age", page).childNodes);
    document.body.dataset.every = page.body.dataset.every;
    start(document);
  } catch {
    one("#age").textContent = silence;
  }
}

// The list: one row is selected, shown beside it, and nothing moves while it is.
const rows = () => all("#rows > tr");
const selected = () => one("#rows > tr[aria-current]");
const waiting = new Map();
let peeking = 0;
function select(row, isPlaced = true) {
  const before = selected();
  if (before && before !== row) {
    before.removeAttribute("aria-current");
    before.tabIndex = -1;
  }
  const url = new URL(location.href);
  if (row) {
    row.setAttribute("aria-current", "true");
    row.tabIndex = 0;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    url.searchParams.set("sel", row.dataset.id);
  } else {
    url.searchParams.delete("sel");
  }
  if (isPlaced) history.replaceState(null, "", url);
  clearTimeout(peeking);
  const peek = one("#peek");
  if (!row) {
    peek.hidden = true;
    peek.replaceChildren();
    flush();
    return;
  }
  peek.hidden = false;
  peeking = setTimeout(async () => {
    const { id } = row.dataset;
    const content = await fragment(`${peek.dataset.peek}?sel=${encodeURIComponent(id)}`).catch(() => silence);
    // The row may have been replaced meanwhile by how its event stands now.
    if (selected()?.dataset.id !== id) return;
    peek.replaceChildren(content);
    peek.scrollTop = 0;
    start(peek);
  }, 60);
}
function step(by) {
  const links = all(".side li > a");
  const shown = links.findIndex((link) => link.ariaCurrent);
  if (links.length > 0) return links[Math.min(Math.max(shown + by, 0), links.length - 1)].click();
  const list = rows();
  const place = list.indexOf(selected());
  const next = list[place < 0 ? 0 : Math.min(Math.max(place + by, 0), list.length - 1)];
  if (next) select(next);
}
function rowOf(html) {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${html}</tbody></table>`;
  return one("tr", template.content);
}
function isRead() {
  return selected() !== null || isSelecting() || one("#scroll").scrollTop > 0;
}
function take({ id, html }) {
  const row = rowOf(html);
  const known = rows().find((row) => row.dataset.id === id);
  if (known) {
    if (known === selected()) row.setAttribute("aria-current", "true");
    mark(row);
    row.tabIndex = known.tabIndex;
    const hasFocus = document.activeElement === known;
    known.replaceWith(row);
    if (hasFocus) row.focus({ preventScroll: true });
  } else if (isRead()) {
    waiting.set(id, row);
  } else {
    put(row);
  }
  showTimes(row);
}
function put(row) {
  // The newest first, by when they arrived.
  const at = one("time", row).dateTime;
  const later = rows().find((other) => one("time", other).dateTime <= at);
  row.classList.add("new");
  mark(row);
  one("#rows").insertBefore(row, later ?? null);
  one("#nothing")?.remove();
}
// The selection: events by their ids, or all that the filter finds, also those that are not loaded.
const picked = new Set();
let [areAllPicked, pickedLast] = [false, null];
const isSelecting = () => areAllPicked || picked.size > 0;
const shellWord = (text) => (/^[\w.\-/:=,@+]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
function mark(row) {
  const isPicked = areAllPicked || picked.has(row.dataset.id);
  row.setAttribute("aria-selected", String(isPicked));
  const box = one(".pick input", row);
  if (box) box.checked = isPicked;
}
function showSelection() {
  const bar = one("#selection");
  rows().forEach(mark);
  bar.hidden = !isSelecting();
  bar.parentElement.classList.toggle("selecting", isSelecting());
  const count = areAllPicked ? "All that match are selected" : `${picked.size} selected`;
  one("#selection-count").textContent = count;
  const ids = [...picked];
  const replay = one("#replay-selection");
  replay.dataset.form = areAllPicked ? bar.dataset.filterForm : `/replays/new?${ids.map((id) => `id=${encodeURIComponent(id)}`).join("&")}`;
  replay.dataset.command = areAllPicked ? bar.dataset.filterCommand : `landfall replay ${ids.map(shellWord).join(" ")}`;
  const file = one("#export-selection");
  file.href = areAllPicked ? bar.dataset.filterExport : `/events/export?${ids.map((id) => `id=${encodeURIComponent(id)}`).join("&")}`;
  file.dataset.command = areAllPicked ? bar.dataset.filterExportCommand : `landfall events export ${ids.map(shellWord).join(" ")} > events.ndjson`;
  one("#copy-ids").disabled = areAllPicked;
  say(isSelecting() ? count : "Nothing is selected");
  selected()?.scrollIntoView({ block: "nearest" });
}
// Makes rows part of the selection, or takes them out of it.
function pick(chosen, isPicked) {
  if (areAllPicked) rows().forEach((row) => picked.add(row.dataset.id));
  areAllPicked = false;
  for (const row of chosen) if (isPicked) picked.add(row.dataset.id); else picked.delete(row.dataset.id);
  const most = Number(one("#selection").dataset.most);
  const isCut = picked.size > most;
  [...picked].slice(most).forEach((id) => picked.delete(id));
  pickedLast = chosen.at(-1)?.dataset.id ?? null;
  showSelection();
  if (isCut) one("#selection-count").textContent += `, the most that can be chosen one by one`;
}
function pickTo(row) {
  const list = rows();
  const from = list.findIndex((row) => row.dataset.id === pickedLast);
  const [begin, end] = [from < 0 ? list.indexOf(selected() ?? row) : from, list.indexOf(row)];
  const range = list.slice(Math.min(begin, end), Math.max(begin, end) + 1);
  pick(end < begin ? range.reverse() : range, true);
}
function pickAll() {
  areAllPicked = !areAllPicked;
  picked.clear();
  showSelection();
  if (!areAllPicked) flush();
}
function clearSelection() {
  areAllPicked = false;
  picked.clear();
  showSelection();
  flush();
}
const copyIds = () => copy([...picked].join("\n"), `${picked.size === 1 ? "The id is" : "The ids are"}`);
function showNewer() {
  const bar = one("#newer");
  if (!bar) return;
  bar.hidden = waiting.size === 0;
  one("#newer-count").textContent = `${waiting.size} newer ${waiting.size === 1 ? "event" : "events"}`;
}
function flush(isAsked = false) {
  if (selected() || (isSelecting() && !isAsked) || waiting.size === 0) return showNewer();
  for (const row of waiting.values()) put(row);
  waiting.clear();
  one("#scroll").scrollTop = 0;
  showNewer();
}
function follow() {
  const scroll = one("#scroll[data-live]");
  if (!scroll) return;
  const age = one("#age");
  let [latest, saidAt, at, stream] = [Date.now(), 0, null, null];
  const begin = () => {
    const watched = rows().filter((row) => !row.dataset.final).slice(0, 50);
    const watch = watched.map((row) => `&watch=${encodeURIComponent(row.dataset.id)}`).join("");
    const from = at === null ? "" : `&from=${new Date(at).getTime() - 2000}`;
    stream = new EventSource(scroll.dataset.live + from + watch);
    stream.addEventListener("rows", (event) => {
      const data = JSON.parse(event.data);
      [latest, at] = [Date.now(), data.at];
      age.title = "";
      data.rows.forEach(take);
      showNewer();
      if (waiting.size > 0 && Date.now() - saidAt > 10000) {
        say(one("#newer-count").textContent);
        saidAt = Date.now();
      }
    });
    stream.addEventListener("trouble", (event) => { age.title = JSON.parse(event.data).text; });
  };
  // A tab that nobody sees asks for nothing.
  const beginOrEnd = () => {
    stream?.close();
    if (!document.hidden) begin();
  };
  document.addEventListener("visibilitychange", beginOrEnd);
  beginOrEnd();
  setInterval(() => {
    const seconds = (Date.now() - latest) / 1000;
    age.textContent = `Ledger ${seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)} s ago`;
    age.classList.toggle("late", seconds > 30);
  }, 500);
}

// A part of the histogram's time: dragged, or moved bar by bar, and shown when it is asked for.
const barCount = 96;
let [range, dragFrom] = [null, null];
function setRange(begin, end = begin) {
  const chart = one(".bars");
  if (!chart) return false;
  const inside = (bar) => Math.max(0, Math.min(barCount - 1, bar));
  range = begin === null ? null : [inside(Math.min(begin, end)), inside(Math.max(begin, end))];
  one(".band", chart)?.remove();
  one("#range")?.remove();
  if (!range) return;
  const band = document.createElementNS(chart.namespaceURI, "rect");
  const place = { class: "band", x: range[0] * 10, y: 0, width: (range[1] - range[0] + 1) * 10, height: 56 };
  for (const [name, value] of Object.entries(place)) band.setAttribute(name, value);
  chart.append(band);
  const button = Object.assign(document.createElement("button"), { id: "range", type: "button", className: "quiet" });
  const [from, to] = rangeTimes().map((time) => moment(time, setting("zone") === "local"));
  const enter = Object.assign(document.createElement("kbd"), { textContent: "⏎" });
  button.append(`Show ${from} – ${to}`, enter);
  one(".histogram .caption").append(button);
  say(`${from} to ${to}`);
}
function rangeTimes() {
  const { from, to } = one(".bars").dataset;
  const at = (bar) => new Date(Math.round(Number(from) + ((Number(to) - Number(from)) * bar) / barCount));
  return [at(range[0]), at(range[1] + 1)];
}
// Without one yet, the latest twelfth is chosen.
function moveRange(by) {
  if (!range) return setRange(barCount - 8, barCount - 1);
  const step = Math.max(-range[0], Math.min(barCount - 1 - range[1], by));
  return setRange(range[0] + step, range[1] + step);
}
function widenRange(by) {
  if (!range) return false;
  return setRange(range[0], Math.max(range[0], range[1] + by));
}
function showRange() {
  const url = new URL(location.href);
  const [since, until] = rangeTimes().map((time) => time.toISOString());
  for (const [name, value] of Object.entries({ since, until })) url.searchParams.set(name, value);
  for (const name of ["before", "sel", "live"]) url.searchParams.delete(name);
  location.href = url;
}
const barAt = (event) => {
  const { left, width } = one(".bars").getBoundingClientRect();
  return Math.floor(((event.clientX - left) / width) * barCount);
};
document.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !event.target.closest?.(".bars")) return;
  event.preventDefault();
  const at = barAt(event);
  // An edge that is there is moved; anywhere else, a new part begins.
  const edge = range ? range.findIndex((edge) => Math.abs(edge - at) <= 1) : -1;
  dragFrom = edge < 0 ? at : range[1 - edge];
  setRange(dragFrom, at);
});
document.addEventListener("pointermove", (event) => { if (dragFrom !== null) setRange(dragFrom, barAt(event)); });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { dragFrom = null; });

// What changes something asks first, and is sent with the header that no form can send.
function ask(content) {
  const dialog = one("#ask");
  dialog.replaceChildren(content);
  if (!dialog.open) dialog.showModal();
}
async function askBy(url) {
  const place = document.createElement("div");
  place.dataset.load = url;
  place.setAttribute("aria-busy", "true");
  // A sender's API may take its time.
  const slow = setTimeout(() => ask(place), 200);
  await load(place);
  clearTimeout(slow);
  if (!one("[data-close]", place)) place.append(closing());
  if (place.isConnected || !one("#ask").open) ask(place);
}
function question(button) {
  const { ask: text, post, command, title } = button.dataset;
  const form = document.createElement("form");
  form.dataset.post = post;
  const part = (name, text, parent = form) => parent.appendChild(Object.assign(document.createElement(name), { textContent: text }));
  part("h2", `${title}?`);
  part("p", text);
  part("code", command, part("pre", ""));
  const actions = Object.assign(part("p", ""), { className: "actions" });
  Object.assign(part("button", title, actions), { className: button.className });
  const leave = Object.assign(part("button", "Leave it", actions), { className: "button", type: "button" });
  leave.dataset.close = "";
  ask(form);
}
async function post(form) {
  const submit = one('button:not([type="button"])', form);
  submit.disabled = true;
  const template = document.createElement("template");
  try {
    const answer = await fetch(form.dataset.post, {
      method: "POST", headers: { "x-landfall-console": "1" }, body: new URLSearchParams(new FormData(form)),
    });
    if (answer.ok) { location.href = answer.headers.get("location"); return; }
    template.innerHTML = await answer.text();
  } catch {
    template.content.textContent = silence;
  }
  one("#ask").replaceChildren(template.content, closing());
}
function closing() {
  const button = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: "Close" });
  button.dataset.close = "";
  return button;
}

// Copies and keys.
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    say("The browser does not allow copying");
  }
}
// The palette: what the server finds, and what the page can do. It acts by the same links and keys.
let findings = 0;
function openPalette() {
  if (one("dialog[open]")) return;
  one("#palette-query").value = "";
  one("#palette").showModal();
  find();
}
async function find() {
  const finding = ++findings;
  const content = await fragment(`/palette?q=${encodeURIComponent(one("#palette-query").value)}`).catch(() => silence);
  if (finding !== findings) return;
  const list = one("#choices");
  list.replaceChildren(content);
  for (const option of all("[data-needs]", list)) if (!one(option.dataset.needs)) option.remove();
  for (const group of all('[role="group"]', list)) if (!one('[role="option"]', group)) group.remove();
  all('[role="option"]', list).forEach((option, number) => { option.id = `choice-${number}`; });
  choose(0);
}
function choose(by) {
  const options = all('#choices [role="option"]');
  const at = options.findIndex((option) => option.ariaSelected === "true");
  options[at]?.setAttribute("aria-selected", "false");
  const chosen = options[at < 0 ? 0 : (at + by + options.length) % options.length];
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
  one("#palette-query").setAttribute("aria-activedescendant", chosen?.id ?? "");
}
function paletteKey(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) choose(by);
  else if (event.key === "Enter") one('#choices [aria-selected="true"]')?.click();
  else return;
  event.preventDefault();
}
let wentAt = 0;
const click = (selector) => { const found = one(selector); found?.click(); return found; };
function key(event) {
  const isField = event.target.closest?.("input, textarea, select");
  if ((event.metaKey || event.ctrlKey) && event.key === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.key === "Escape") {
    if (one("dialog[open]")) return;
    if (isField) return event.target.blur();
    if (range) return setRange(null);
    if (one("#selection") && isSelecting()) return clearSelection();
    if (one("#rows") && selected()) return select(null);
    if (one(".event")) return history.back();
    return;
  }
  if (isField || event.metaKey || event.ctrlKey || event.altKey || one("dialog[open]")) return;
  if (event.key === "Enter" && range && !event.target.closest("a, button")) return showRange();
  if (event.key === "Enter" && event.target.closest("#rows tr")) return open(selected() ?? event.target.closest("tr"));
  if (event.isTrusted && setting("letters") === "off") return;
  const isGo = Date.now() - wentAt < 1000;
  wentAt = 0;
  const screen = isGo && one(`[data-go="${CSS.escape(event.key)}"]`);
  if (screen) return screen.click();
  const tabs = all('[role="tab"]');
  const acts = {
    j: () => step(1), k: () => step(-1), ArrowDown: () => event.target.closest("#rows") && step(1), ArrowUp: () => event.target.closest("#rows") && step(-1),
    g: () => { if (isGo && rows()[0]) select(rows()[0]); else wentAt = Date.now(); },
    G: () => { const last = rows().at(-1); if (last) select(last); },
    ".": () => { if (selected()) select(null); flush(true); },
    x: () => { const row = selected() ?? event.target.closest("#rows tr"); if (!row || !one("#selection")) return false; pick([row], row.getAttribute("aria-selected") !== "true"); },
    ":": openPalette, o: () => click("#peek:not([hidden]) a.counterpart, .event a.counterpart") ?? false,
    X: () => (one("#selection") ? pickAll() : false), c: () => (isSelecting() ? click("#copy-ids:enabled") : false), l: () => click(".live"), "/": () => (one("#query") ?? one("#jump")).focus(), "?": () => one("#keys").showModal(),
    r: () => click("#selection:not([hidden]) [data-form]") ?? click('#peek:not([hidden]) [data-form^="/replays"]') ?? click('[data-form^="/replays/new"], [data-form^="/refused/release"]'),
    e: () => (isSelecting() ? click("#export-selection") : false),
    "[": () => moveRange(-1), "]": () => moveRange(1), "{": () => widenRange(-1), "}": () => widenRange(1),
    a: () => click('#peek:not([hidden]) [data-form^="/ask"], .event [data-form^="/ask"]') ?? false, u: () => click("#zone"), C: () => copy(one("#command").textContent, "The command is"), L: () => copy(location.href, "The link is"),
  };
  const act = acts[event.key] ?? (tabs[Number(event.key) - 1] ? () => tabs[Number(event.key) - 1].click() : null);
  if (act && act() !== false && !["g", "ArrowDown", "ArrowUp"].includes(event.key)) event.preventDefault();
}
function open(row) {
  if (row) location.href = row.dataset.open;
}
function pressed(event) {
  const target = event.target;
  const copied = target.closest("[data-copy]");
  if (copied) return copy(one(copied.dataset.copy, copied.closest(".state") ?? document).textContent, "It is");
  const asksAgain = target.closest("button[data-again]");
  if (asksAgain) { const place = asksAgain.closest("[data-load]"); return place ? load(place) : location.reload(); }
  if (target.closest("[data-close]")) return one("#ask").close();
  const asked = target.closest("[data-ask]");
  if (asked) return question(asked);
  const act = target.closest("[data-act]")?.dataset.act;
  if (act) {
    one("#palette").close();
    return document.body.dispatchEvent(new KeyboardEvent("keydown", { key: act, bubbles: true, cancelable: true }));
  }
  if (target.closest(".jump")) return openPalette();
  const form = target.closest("[data-form]");
  if (form) {
    event.preventDefault();
    return askBy(form.dataset.form);
  }
  if (target.closest("#close")) return select(null);
  if (target.closest("#newer")) { if (selected()) select(null); return flush(true); }
  if (target.closest("#clear")) return clearSelection();
  if (target.closest("#copy-ids")) return copyIds();
  if (target.closest("#range")) return showRange();
  if (target.closest("#help")) return one("#keys").showModal();
  if (target.closest("#zone")) {
    setting("zone", setting("zone") === "local" ? "utc" : "local");
    return showTimes();
  }
  const row = target.closest("#rows tr");
  if (row && target.matches(".pick input")) return event.shiftKey ? pickTo(row) : pick([row], target.checked);
  if (target.closest(".pick")) return;
  if (row && one("#selection") && event.shiftKey) { event.preventDefault(); return pickTo(row); }
  if (row && one("#selection") && (event.metaKey || event.ctrlKey) && !target.closest("a")) return pick([row], row.getAttribute("aria-selected") !== "true");
  if (row && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    select(row);
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
}

function start(within) {
  showTimes(within);
  all("[data-load]", within).forEach(load);
  const pane = one("div[data-again]", within);
  if (pane) retry(pane);
}
document.addEventListener("keydown", key);
document.addEventListener("click", pressed);
// A range of rows is no range of text.
document.addEventListener("mousedown", (event) => { if (event.shiftKey && event.target.closest("#rows")) event.preventDefault(); });
// The bar shows the command of the button that has the focus or the pointer.
let commandOfView = null;
function showCommand(event) {
  const place = one("#command");
  const of = event.target.closest?.("[data-command]");
  commandOfView ??= place.textContent;
  place.textContent = of ? of.dataset.command : commandOfView;
}
document.addEventListener("mouseover", showCommand);
document.addEventListener("focusin", showCommand);
document.addEventListener("submit", (event) => {
  if (!event.target.dataset.post) return;
  event.preventDefault();
  post(event.target);
});
document.addEventListener("dblclick", (event) => open(event.target.closest("#rows tr")));
one("#palette").addEventListener("keydown", paletteKey);
let typedAt = 0;
one("#palette-query").addEventListener("input", () => { clearTimeout(typedAt); typedAt = setTimeout(find, 100); });
if (!/Mac|iP/.test(navigator.platform)) for (const cap of all("kbd")) cap.textContent = cap.textContent.replace("⌘K", "Ctrl K");
one("#ask").addEventListener("close", (event) => event.target.replaceChildren());
one("#letters").checked = setting("letters") !== "off";
one("#letters").addEventListener("change", (event) => setting("letters", event.target.checked ? "on" : "off"));
one("#scroll")?.addEventListener("scroll", (event) => { if (event.target.scrollTop === 0) flush(); });
if (matchMedia("(max-width: 1100px)").matches) all(".facets details").forEach((details) => { details.open = false; });
start(document);
countDown();
follow();
again();

// The query page: an editor in place of the text field, answers without leaving the page, what-if at a touch.
import { remember, showPast } from "./past.js";
import { showViews } from "./views.js";
import { addressOf, believing } from "./whatif.js";

const WAIT = 140; // milliseconds after which a moved threshold counts
const form = document.getElementById("ask");
const area = document.querySelector(".result-area");
const roomy = matchMedia("(min-width: 68rem)"); // as in query.css: the panel stands beside the answer
let editor = null;
let running = null;
let shown = placeOf(location.href);
let waiting = 0;

const said = document.createElement("p");
said.className = "hidden";
said.setAttribute("role", "status");
area.before(said);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(addressOf(form), { push: true });
});
form.addEventListener("input", (event) => {
  if (!event.target.closest("#whatif")) return;
  running?.abort(); // its answer would put back what has been changed since it was asked
  clearTimeout(waiting);
  waiting = setTimeout(() => form.checkValidity() && ask(addressOf(form), { push: false }), WAIT);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.closest(".later, .pager, .whatif .actions")) {
    event.preventDefault();
    if (link.dataset.row) explain(link);
    else ask(link.href, { push: true, adopt: true });
  } else if (link.closest(".ways") && link.hash) {
    document.querySelector(link.hash)?.closest("details")?.setAttribute("open", "");
  }
});
addEventListener("popstate", () => {
  if (placeOf(location.href) !== shown) ask(location.href, { adopt: true });
});

// Ask for the page under an address and put its answer in place. `adopt` takes its query and policy over too.
async function ask(address, { push = false, adopt = false } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  document.getElementById("answer")?.classList.add("busy");
  let page;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal: mine.signal });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
    mine.signal.throwIfAborted();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  if (push) history.pushState(null, "", address);
  else if (placeOf(address) !== placeOf(location.href)) history.replaceState(null, "", address);
  shown = placeOf(address);
  if (adopt) {
    const query = page.getElementById("query")?.value;
    if (query !== undefined && query !== form.elements.query.value) setQuery(query);
  }
  replace(page);
  const failed = !document.getElementById("answer");
  const told = area.querySelector(".answer-head .meta")?.textContent.replace(/\s+/g, " ").trim();
  said.textContent = failed ? "The query failed" : told;
  if (push && !failed) remember(form.elements.query.value, address);
  dressed();
  if (adopt && push) document.getElementById("answer-title")?.focus();
}

// An address without its fragment: what is asked for.
function placeOf(address) {
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
}

function replace(page) {
  const open = new Map([...area.querySelectorAll("details.because")].map((d) => [d.dataset.row, d.open]));
  const view = area.querySelector('[role="tab"][aria-selected="true"]')?.dataset.view;
  const answer = page.getElementById("answer");
  area.replaceChildren(...(answer ? [answer] : problemOf(page)));
  for (const details of area.querySelectorAll("details.because")) {
    if (open.has(details.dataset.row)) details.open = open.get(details.dataset.row);
  }
  if (view) area.dataset.view = view;
  if (!answer) return;
  const old = document.getElementById("whatif");
  const fresh = page.getElementById("whatif");
  if (fresh && old) {
    const focus = old.contains(document.activeElement) && { id: document.activeElement.id };
    const tops = [...old.querySelectorAll(".doubts")].map((list) => list.scrollTop);
    const top = old.scrollTop;
    fresh.open = old.open;
    old.replaceWith(fresh);
    believing(fresh);
    fresh.scrollTop = top;
    fresh.querySelectorAll(".doubts").forEach((list, n) => (list.scrollTop = tops[n] ?? 0));
    if (focus && focus.id) document.getElementById(focus.id)?.focus({ preventScroll: true });
  } else if (fresh) {
    fresh.open ||= roomy.matches;
    form.append(fresh);
    believing(fresh);
  } else old?.remove();
}

// What a page that has no answer says instead; a page of something else, such as a proxy's, says it in full.
function problemOf(page) {
  const told = page.querySelector(".result-area > [role=alert]");
  if (told) return [told];
  const section = document.createElement("section");
  section.className = "notice";
  section.setAttribute("role", "alert");
  section.textContent = (page.querySelector("main") ?? page.body).textContent.trim();
  return [section];
}

// The reasons of a row that came without them.
async function explain(link) {
  const row = link.dataset.row;
  const response = await fetch(link.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const told = page.querySelector(`details.because[data-row="${CSS.escape(row)}"]`);
  if (!told) return location.assign(link.href);
  told.open = true;
  link.closest(".later").replaceWith(told);
  told.querySelector("summary").focus();
}

function setQuery(text) {
  form.elements.query.value = text;
  editor?.setValue(text);
}

function dressed() {
  const answer = document.getElementById("answer");
  if (answer) showViews(answer, area);
}

const copy = document.createElement("button");
copy.type = "button";
copy.textContent = "Copy link";
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(new URL(addressOf(form), location.href).href);
  said.textContent = copy.textContent = "Copied";
  setTimeout(() => (copy.textContent = "Copy link"), 1600);
});
const tools = document.querySelector(".tools");
if (navigator.clipboard) tools.append(copy);

const panel = document.getElementById("whatif");
if (panel) {
  believing(panel);
  panel.open ||= roomy.matches;
}
dressed();
if (document.getElementById("answer")) remember(form.elements.query.value, location.href);
showPast(document.querySelector(".asking"), (address) => ask(address, { push: true, adopt: true }));

const { edit } = await import("./editor.js");
editor = await edit(form);

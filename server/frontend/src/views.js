// An answer as table, graph, timeline and raw: tabs over what the table holds.
import { drawTimeline, hasTimes } from "./timeline.js";
import { hasGraph } from "./rows.js";

const LONGEST_RAW = 300_000;

const VIEWS = {
  table: { title: "Table", there: () => true },
  graph: { title: "Graph", there: hasGraph, draw: async (answer, panel) => (await import("./graph.js")).drawGraph(answer, panel) },
  timeline: { title: "Timeline", there: hasTimes, draw: drawTimeline },
  raw: { title: "Raw", there: () => true, draw: drawRaw },
};

export function showViews(answer, area) {
  const table = answer.querySelector("#view-table");
  const list = answer.querySelector(".views");
  if (!table || !list) return;
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "The answer as");
  table.setAttribute("role", "tabpanel");
  table.setAttribute("aria-labelledby", "tab-table");
  const tabs = Object.entries(VIEWS).filter(([, view]) => view.there(answer)).map(([name, view]) => tab(name, view));
  list.replaceChildren(...tabs);
  const wanted = tabs.find((one) => one.dataset.view === area.dataset.view);
  choose(wanted ?? tabs[0], answer, area, false);
  list.addEventListener("click", (event) => choose(event.target.closest('[role="tab"]'), answer, area));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    choose(next, answer, area);
  });
}

function tab(name, view) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", id: `tab-${name}`, textContent: view.title });
  button.dataset.view = name;
  button.setAttribute("role", "tab");
  return button;
}

function choose(tab, answer, area, byHand = true) {
  if (!tab) return;
  for (const other of tab.parentElement.children) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  const name = tab.dataset.view;
  if (byHand) area.dataset.view = name;
  for (const panel of answer.querySelectorAll(".view")) panel.hidden = panel.id !== `view-${name}`;
  if (answer.querySelector(`#view-${name}`)) return;
  const panel = document.createElement("div");
  panel.id = `view-${name}`;
  panel.className = "view";
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  answer.append(panel);
  VIEWS[name].draw(answer, panel);
}

async function drawRaw(answer, panel) {
  const link = answer.querySelector(".answer-head a");
  const response = await fetch(link.href);
  let text = await response.text();
  if (/json/.test(response.headers.get("Content-Type") ?? "")) {
    try {
      text = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      /* shown as it came */
    }
  }
  const box = document.createElement("pre");
  box.className = "raw";
  box.tabIndex = 0;
  box.textContent = text.length > LONGEST_RAW ? `${text.slice(0, LONGEST_RAW)}\n… (${text.length.toLocaleString()} characters in all: download it)` : text;
  panel.replaceChildren(box);
}

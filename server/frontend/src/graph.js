// The rows as a graph: what stands in the columns, and how the query ties it together.
import cytoscape from "cytoscape";
import { edgesOf, rowsOf } from "./rows.js";

cytoscape.warnings(false); // of a spelling that it means to drop some day

const MOST_NODES = 400;
const LONGEST = 38;

export function drawGraph(answer, panel) {
  const box = document.createElement("div");
  box.className = "graph";
  box.setAttribute("role", "img");
  const elements = elementsOf(rowsOf(answer), edgesOf(answer));
  const nodes = elements.filter((one) => !one.data.source).length;
  box.setAttribute("aria-label", `A graph of ${nodes} things and ${elements.length - nodes} ties between them; the table tells the same`);
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = "The rows of this page. Drag to move, scroll to zoom; a click opens what has a page.";
  panel.replaceChildren(box, hint);
  const graph = cytoscape({
    container: box,
    elements,
    style: styleOf(),
    layout: { name: nodes > 1 ? "cose" : "grid", animate: false, padding: 40, nodeRepulsion: 9e5, idealEdgeLength: 130, randomize: false, nodeDimensionsIncludeLabels: true },
    maxZoom: 1.6,
    minZoom: 0.15,
  });
  graph.on("tap", "node", (event) => {
    const href = event.target.data("href");
    if (href?.startsWith("/")) location.assign(href);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(styleOf()));
  return graph;
}

function elementsOf(rows, edges) {
  const nameOf = new Map(edges.names);
  const nodes = new Map();
  const ties = new Map();
  for (const row of rows) {
    const node = (column) => {
      const value = row.values.get(column);
      if (!value) return null;
      const id = `${value.kind} ${value.value}`;
      if (!nodes.has(id)) {
        if (nodes.size >= MOST_NODES) return null;
        nodes.set(id, { id, label: value.words, href: value.href, kind: value.kind, falls: true });
      }
      const found = nodes.get(id);
      const name = row.values.get(nameOf.get(column));
      if (name) found.label = name.words;
      found.falls &&= row.falls;
      return id;
    };
    for (const { start, label, end } of edges.lines) {
      const [source, target] = [node(start), node(end)];
      if (source === null || target === null || source === target) continue;
      const words = label.startsWith("?") ? row.values.get(label.slice(1))?.words ?? "" : label;
      const id = JSON.stringify([source, words, target]);
      const known = ties.get(id);
      const confidence = Math.max(row.confidence ?? 0.5, known?.confidence ?? 0);
      ties.set(id, { id, source, target, label: words, confidence, falls: row.falls && (known?.falls ?? true) });
    }
  }
  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);
  return [...nodes.values(), ...ties.values()].map((data) => ({
    data: { ...data, label: short(data.label) },
    classes: [data.falls ? "falls" : "", data.kind ?? ""].join(" "),
  }));
}

function styleOf() {
  const told = getComputedStyle(document.documentElement);
  const colour = (name) => told.getPropertyValue(`--${name}`).trim();
  const font = getComputedStyle(document.body).fontFamily;
  return [
    { selector: "node", style: { label: "data(label)", shape: "round-rectangle", width: "label", height: "label", padding: "9px", "background-color": colour("card"), "border-width": 1.5, "border-color": colour("accent"), color: colour("ink"), "font-size": 13, "font-family": font, "text-valign": "center", "text-halign": "center", "text-wrap": "wrap", "text-max-width": 170 } },
    { selector: "node.literal, node.bnode", style: { "border-color": colour("line"), "background-color": colour("quiet") } },
    { selector: "edge", style: { label: "data(label)", width: "mapData(confidence, 0, 1, 1, 4)", "line-color": colour("fill"), "target-arrow-color": colour("fill"), "target-arrow-shape": "triangle", "curve-style": "bezier", color: colour("muted"), "font-size": 11, "font-family": font, "text-rotation": "autorotate", "text-background-color": colour("card"), "text-background-opacity": 1, "text-background-padding": "3px" } },
    { selector: ".falls", style: { opacity: 0.35, "line-style": "dashed", "border-style": "dashed" } },
  ];
}

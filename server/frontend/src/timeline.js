// Rows with dates, on a line of time: two dates of a row are the ends of a stretch.
import { rowsOf } from "./rows.js";

const DATES = /#(date|dateTime|gYear|gYearMonth)$|[:](date|dateTime|gYear|gYearMonth)$/;
const DAY = 86_400_000;
const LINE = 30;

export function hasTimes(answer) {
  return rowsOf(answer).some((row) => spanOf(row) !== null);
}

// The first and the last moment that a row names, in milliseconds.
function spanOf(row) {
  const spans = [...row.values.values()].filter((value) => DATES.test(value.type)).map((value) => stretch(value.value)).filter(Boolean);
  if (!spans.length) return null;
  return [Math.min(...spans.map((one) => one[0])), Math.max(...spans.map((one) => one[1]))];
}

function stretch(text) {
  const found = /^(-?\d{4,6})(?:-(\d\d))?(?:-(\d\d))?(?:T|Z|[+-]\d\d:|$)/.exec(text);
  if (!found) return null;
  const [year, month, day] = [Number(found[1]), found[2] && Number(found[2]), found[3] && Number(found[3])];
  const start = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const end = day ? start + DAY : month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1);
  return Number.isFinite(start) && Number.isFinite(end) ? [start, end] : null;
}

function labelOf(row) {
  const words = [...row.values.values()].filter((value) => !DATES.test(value.type)).map((value) => value.words);
  const text = words.join(" · ");
  return text.length > 90 ? `${text.slice(0, 90)} …` : text;
}

export function drawTimeline(answer, panel) {
  const rows = rowsOf(answer).map((row) => ({ row, span: spanOf(row) })).filter(({ span }) => span);
  rows.sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1]);
  const width = Math.max(320, panel.clientWidth || answer.clientWidth);
  const first = Math.min(...rows.map(({ span }) => span[0]));
  const last = Math.max(...rows.map(({ span }) => span[1]));
  const space = Math.max(last - first, DAY * 3);
  const place = (time) => 12 + ((time - first + space * 0.03) / (space * 1.06)) * (width - 24);
  const height = rows.length * (LINE + 14) + 44;
  const svg = shape("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, height, role: "img" });
  svg.setAttribute("aria-label", `${rows.length} rows between ${day(first)} and ${day(last - DAY)}; the table tells the same`);
  for (const time of ticks(first, last, Math.max(2, Math.floor(width / 110)))) {
    svg.append(shape("line", { x1: place(time), x2: place(time), y1: 0, y2: height - 24 }));
    svg.append(words(day(time), { x: Math.min(Math.max(place(time), 36), width - 36), y: height - 8, class: "tick", "text-anchor": "middle" }));
  }
  rows.forEach(({ row, span }, number) => {
    const top = number * (LINE + 14) + 6;
    const [start, end] = span.map(place);
    const group = shape("g", { class: row.falls ? "falls" : "" });
    const before = start > width * 0.6;
    group.append(words(labelOf(row), { x: before ? end : start, y: top + 12, "text-anchor": before ? "end" : "start" }));
    group.append(shape("rect", { class: "span", x: start, y: top + 20, width: Math.max(end - start, 5), height: 9, rx: 4 }));
    svg.append(group);
  });
  panel.replaceChildren(svg);
}

function day(time) {
  return new Date(time).toISOString().slice(0, 10);
}

// Days, months or years between two moments, at most so many.
function ticks(first, last, most) {
  const found = [];
  const months = [0.25, 1, 3, 6, 12, 24, 60, 120, 600, 1200].find((step) => (last - first) / (step * 30.4 * DAY) <= most) ?? 12_000;
  const start = new Date(first);
  for (let n = 0; n <= most + 1; n++) {
    const time = months < 1 ? first + n * 7 * DAY : Date.UTC(start.getUTCFullYear(), (months >= 12 ? 0 : start.getUTCMonth()) + n * months, 1);
    if (time >= first - DAY && time <= last + DAY) found.push(time);
  }
  return found.length ? found : [first];
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function words(text, attributes) {
  const element = shape("text", attributes);
  element.textContent = text;
  return element;
}

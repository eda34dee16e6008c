// Queries that were asked from this browser: kept here and nowhere else.
const KEY = "lodestone.queries";
const MOST = 40;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.query === "string" && typeof one?.address === "string") : [];
  } catch {
    return [];
  }
}

function write(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    /* a browser that keeps nothing, or is full, does without */
  }
}

export function remember(query, address) {
  if (!query.trim() || query.length > 20000) return;
  const { pathname, search } = new URL(address, location.href);
  const others = read().filter((one) => one.query.trim() !== query.trim());
  write([{ query, address: pathname + search, at: new Date().toISOString() }, ...others].slice(0, MOST));
  list?.();
}

let list = null;

export function showPast(place, ask) {
  const details = document.createElement("details");
  details.className = "past";
  const summary = document.createElement("summary");
  const items = document.createElement("ol");
  const forget = document.createElement("button");
  forget.type = "button";
  forget.className = "quiet";
  forget.textContent = "Forget them";
  forget.addEventListener("click", () => {
    write([]);
    list();
  });
  list = () => {
    const found = read();
    details.hidden = !found.length;
    summary.textContent = `Your queries (${found.length})`;
    items.replaceChildren(...found.map((one) => item(one, ask)));
  };
  details.append(summary, items, forget);
  place.append(details);
  list();
}

function item({ query, address, at }, ask) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = address.startsWith("/sparql?") ? address : "/sparql?format=html";
  link.textContent = query.replace(/\s+/g, " ").trim();
  link.title = query.slice(0, 2000);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    ask(link.href);
  });
  const when = document.createElement("small");
  when.textContent = new Date(at).toLocaleString();
  line.append(link, when);
  return line;
}

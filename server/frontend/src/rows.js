// The rows of the table as plain values: what graph and timeline are made of.

// Each row: its values by column, whether the policy lets it stand, its number.
export function rowsOf(answer) {
  const columns = [...answer.querySelectorAll(".result thead th")].map((th) => th.textContent);
  return [...answer.querySelectorAll(".result tbody.row")].map((body) => {
    const cells = [...body.rows[0].cells].filter((td) => td.dataset.kind || !td.className);
    const values = new Map();
    cells.forEach((td, place) => td.dataset.kind && values.set(columns[place], valueOf(td)));
    const confidence = body.querySelector("ins meter, .sure > .confidence meter, meter")?.value;
    return { number: body.id.slice(4), values, falls: body.classList.contains("vanished"), confidence };
  });
}

function valueOf(td) {
  const link = td.querySelector("a");
  const words = (td.querySelector("bdi") ?? td).textContent.trim();
  const value = td.dataset.value ?? td.querySelector("[title]")?.title ?? words;
  return { kind: td.dataset.kind, value, type: td.dataset.type ?? "", words, href: link?.getAttribute("href") ?? null };
}

export function edgesOf(answer) {
  return JSON.parse(answer.dataset.edges || '{"lines":[],"names":[]}');
}

export function hasGraph(answer) {
  return edgesOf(answer).lines.length > 0 && answer.querySelector(".result") !== null;
}

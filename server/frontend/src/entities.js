// Entities by their names, from the server's full-text index: what is typed as a name becomes an IRI.
const LEAST = 2;
const WAIT = 150; // milliseconds: who types fast asks once
const OPEN = /<([^<>"{}|^`\\]*)$/; // an IRI that is begun; a name may stand in it, with its blanks
const WORD = /(?:^|[\s{(,;.])((?!\d)[\p{L}\p{N}][\p{L}\p{N}&'’-]*)$/u;

const known = new Map(); // what was answered, by what was asked
const told = new Map(); // entities by the text that stands for them in a query
let running = null;

// The name before the cursor, where a subject or an object may stand; null where there is none.
export function nameAt(yasqe) {
  const { line, ch } = yasqe.getDoc().getCursor();
  const before = yasqe.getLine(line).slice(0, ch);
  const token = yasqe.getTokenAt({ line, ch });
  if (["string", "comment"].includes(token.type)) return null;
  const open = before.match(OPEN);
  if (open && !/^[a-z][a-z0-9+.-]*:/i.test(open[1]) && !/^[=\s]/.test(open[1])) return at(open[1], open.index, line, yasqe);
  const word = before.match(WORD);
  if (!word || !isObject(yasqe, line, ch - word[1].length)) return null;
  return at(word[1], ch - word[1].length, line, yasqe);
}

function at(name, from, line, yasqe) {
  const { ch } = yasqe.getDoc().getCursor();
  const isClosed = yasqe.getLine(line)[ch] === ">" && yasqe.getLine(line)[from] === "<";
  return name.trim().length < LEAST && !/\p{Lo}/u.test(name) ? null : { autocompletionString: name.trim(), from: { ch: from }, to: { ch: ch + (isClosed ? 1 : 0) } };
}

// Whether an object is expected there: an IRI, but neither a predicate nor a new pattern.
function isObject(yasqe, line, ch) {
  const last = yasqe.getPreviousNonWsToken(line, yasqe.getTokenAt({ line, ch: ch || 0 }));
  const state = (last.string.trim() ? last : yasqe.getTokenAt({ line, ch })).state;
  const may = new Set(state?.possibleNext ?? state?.possibleCurrent ?? []);
  return may.has("IRI_REF") && !may.has("a") && !may.has("FILTER") && !may.has("STR");
}

// The texts of the entities that have such a name, the best first.
export async function entities(name) {
  if (known.has(name)) return known.get(name);
  running?.abort();
  const mine = (running = new AbortController());
  await new Promise((done) => setTimeout(done, WAIT));
  if (mine.signal.aborted) return [];
  try {
    const response = await fetch(`/sparql/entities?q=${encodeURIComponent(name)}`, { headers: { Accept: "application/json" }, signal: mine.signal });
    if (!response.ok) return [];
    const found = (await response.json()).entities.map((one) => {
      told.set(`<${one.iri}>`, one);
      return `<${one.iri}>`;
    });
    if (known.size > 200) known.clear();
    known.set(name, found);
    return found;
  } catch {
    return []; // asked again since, or nobody there: one goes on typing
  }
}

// A hint shows what the entity is called, in which roles it is told of, and how often.
export function named(hint) {
  const one = told.get(hint.text);
  hint.render = (element) => {
    const name = document.createElement("b");
    name.textContent = one?.name ?? hint.text;
    const words = document.createElement("small");
    const claims = one ? `${one.claims.toLocaleString()} ${one.claims === 1 ? "claim" : "claims"}` : "";
    words.textContent = [one?.roles.join(", "), claims, one?.others.slice(0, 2).join(", ")].filter(Boolean).join(" · ").slice(0, 110);
    element.append(name, words);
  };
  return hint;
}

// YASGUI's editor in place of the text field: colours, errors as one types, completion from our own server.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./editor.css";
import { entities, named, nameAt } from "./entities.js";

const MOST_HINTS = 60;
const TERMS = "/sparql/terms";

let asked = null; // the vocabulary, once it was asked for

function vocabulary() {
  asked ??= fetch(TERMS, { headers: { Accept: "application/json" } })
    .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))))
    .catch(() => {
      asked = null;
      return { prefixes: {}, classes: [], properties: [] };
    });
  return asked;
}

// Nothing of the editor's own asks anybody: of its completers only that of variables is kept.
Yasqe.defaults.autocompleters = ["variables"];
for (const [of, name, list] of [["property", "our-property", "properties"], ["class", "our-class", "classes"]]) {
  Yasqe.forkAutocompleter(of, {
    name,
    persistenceId: null,
    bulk: false,
    autoShow: true,
    get: async (_, token) => matching((await vocabulary())[list], token),
    preProcessToken: (_, token) => token,
    postProcessSuggestion: (_, __, name) => name,
    postprocessHints: (_, hints) => hints.map(described),
  });
}

// An entity by what it is called: the name before the cursor becomes its IRI.
Yasqe.registerAutocompleter({
  name: "our-entity",
  bulk: false,
  autoShow: true,
  isValidCompletionPosition: (yasqe) => nameAt(yasqe) !== null,
  preProcessToken: (yasqe, token) => ({ ...token, ...nameAt(yasqe) }),
  get: (_, token) => entities(token.autocompletionString),
  postprocessHints: (_, hints) => hints.map(named),
});

const told = new Map();

function matching(terms, token) {
  const typed = (token?.string ?? "").trim().replace(/^<|>$/g, "").toLowerCase();
  const local = typed.replace(/^[^:/]*:/, "");
  const rank = ({ iri, name }) => {
    const names = [name.toLowerCase(), iri.toLowerCase(), name.slice(name.indexOf(":") + 1).toLowerCase()];
    if (names.some((one) => one.startsWith(typed))) return 0;
    return local.length > 1 && names[2].includes(local) && (!typed.includes(":") || names[0].startsWith(typed.split(":")[0])) ? 1 : -1;
  };
  const found = terms.map((term) => ({ term, rank: typed ? rank(term) : 0 })).filter((one) => one.rank >= 0);
  found.sort((a, b) => a.rank - b.rank || (b.term.triples ?? 0) - (a.term.triples ?? 0) || a.term.name.localeCompare(b.term.name));
  return found.slice(0, MOST_HINTS).map(({ term }) => {
    const text = term.name === term.iri ? `<${term.iri}>` : term.name;
    told.set(text, term);
    return text;
  });
}

function described(hint) {
  const term = told.get(hint.text);
  hint.render = (element) => {
    const name = document.createElement("b");
    name.textContent = hint.text;
    const words = document.createElement("small");
    const count = term?.triples ? `${term.triples.toLocaleString()} × ` : "";
    words.textContent = `${count}${term?.words ?? ""}`.slice(0, 110);
    element.append(name, words);
  };
  return hint;
}

// The prefixes that our server knows are known here too, declared or not.
function speak(prefixes) {
  Yasqe.defineMode("lodestone", (config) => {
    const sparql = Yasqe.getMode(config, "sparql11");
    return { ...sparql, startState: () => ({ ...sparql.startState(), prefixes: { ...prefixes } }) };
  });
}

export async function edit(form) {
  speak((await vocabulary()).prefixes);
  const field = form.elements.query;
  const place = document.createElement("div");
  place.className = "editor";
  field.after(place);
  const ask = () => form.requestSubmit();
  const yasqe = new Yasqe(place, {
    mode: "lodestone",
    value: field.value,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    createShortLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    autocompleters: ["variables", "our-property", "our-class", "our-entity"],
    extraKeys: { "Ctrl-Enter": ask, "Cmd-Enter": ask, "Ctrl-S": false, Tab: false, "Shift-Tab": false },
  });
  const label = form.querySelector('label[for="query"]');
  label.id = "query-label";
  const input = yasqe.getInputField();
  input.setAttribute("aria-label", "SPARQL query; Tab leaves it, Control and Space complete");
  label.addEventListener("click", () => yasqe.focus());
  const hint = document.createElement("p");
  hint.className = "hint editing";
  hint.textContent = "Begin a class, a property, or the name of a firm or a place: it is completed from what is in here. Control and Space completes at once, Control and Enter asks.";
  if (!document.getElementById("answer")) place.after(hint);
  field.hidden = true;
  field.required = false;
  yasqe.on("change", () => (field.value = yasqe.getValue()));
  field.value = yasqe.getValue();
  return yasqe;
}

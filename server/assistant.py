"""What an assistant may ask of a store, read-only: each tool as a method that gives plain values.

Queries, searches and conflicts go to the same killable workers as over HTTP, under the same limits of time,
memory and length. It knows no protocol.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kg.claims.names import is_iri
from kg.dataset.terms import literal
from kg.errors import NotFound
from kg.provenance.circuit import Circuit
from kg.provenance.witnesses import rests_on, witnesses_of
from kg.query import TrustPolicy
from kg.query.conflicts import Kind
from server.conflicts import ConflictsAsked
from server.errors import BadRequest
from server.naming import Namer
from server.processes.jobs import Job, Provenance, Task
from server.services import Services
from server.views import as_json
from server.views.asking import read_asked
from server.views.claim import claim_page
from server.views.conflicts import conflicts_page
from server.views.entity import entity_page
from server.views.listing import claim_list

ROWS = 50
"""Rows of an answer that are told, unless more are asked for,"""
MOST_ROWS = 500
"""and the most."""

WITNESSES = 20
"""Ways in which a row holds that are told."""

CANDIDATES = 10
"""Entities of one name that are told."""

Policy = Mapping[str, Sequence[str]]


class Assistant:
    """The tools, over what one server shares."""

    def __init__(self, here: Services) -> None:
        self._here = here

    def search(self, words: str, kind: str | None, page: int) -> dict[str, Any]:
        """Active claims whose quote, participants, sources or title hold the words, the best match first."""
        given = {"q": [words], "type": [kind] if kind else [], "page": [str(page)]}
        snapshot = self._here.snapshot()
        found = claim_list(snapshot, read_asked(given))
        lines = [asdict(line) for line in found.claims]
        return {"version": snapshot.iri, "total": found.total, "claims": lines, "more": found.more}

    def ask(self, sparql: str, policy: Policy, most: int = ROWS) -> dict[str, Any]:
        """An answer with the provenance of each row, as ``/sparql`` gives it but row by row."""
        told = self._answered(sparql, policy)
        provenance = told["provenance"]
        circuit, places = Circuit.from_json(provenance["circuit"])
        most = min(max(most, 1), MOST_ROWS)
        bindings = told["results"]["bindings"] if "results" in told else [{"answer": told["boolean"]}]
        rows = [
            {**_row(row, circuit, places), "values": binding}
            for binding, row in zip(bindings[:most], provenance["rows"], strict=False)
        ]
        named = {claim for row in rows for claim in row["claims"]}
        return {
            "version": provenance["version"],
            "complete": provenance["complete"],
            **({"reason": provenance["reason"]} if "reason" in provenance else {}),
            "total": len(bindings),
            "rows": rows,
            "claims": {name: told for name, told in provenance["claims"].items() if name in named},
        }

    def why(self, sparql: str, row: int, policy: Policy) -> dict[str, Any]:
        """Why one row of an answer is there: the ways in which it holds, each the claims that suffice."""
        told = self._answered(sparql, policy)
        provenance = told["provenance"]
        if not 1 <= row <= len(provenance["rows"]):
            raise BadRequest(f"the answer has {len(provenance['rows'])} rows, and no row {row}")
        found = provenance["rows"][row - 1]
        circuit, places = Circuit.from_json(provenance["circuit"])
        told_row = _row(found, circuit, places)
        if found["node"] is None:
            return {"row": told_row, "annotated": False, "reason": provenance.get("reason", "")}
        ways = witnesses_of(circuit, places[found["node"]])
        listed = sorted(map(sorted, ways or ()), key=lambda way: (len(way), way))
        return {
            "row": told_row,
            "annotated": True,
            "values": told["results"]["bindings"][row - 1] if "results" in told else told["boolean"],
            "holds_without_any_claim": [] in listed,
            "ways": listed[:WITNESSES],
            "ways_in_all": None if ways is None else len(ways),
            "claims": {name: provenance["claims"][name] for name in told_row["claims"]},
        }

    def claim(self, iri: str) -> dict[str, Any]:
        """A claim with its quote in its place, chain of sources, ratings, and who agrees or contradicts."""
        snapshot = self._here.snapshot()
        name = iri if is_iri(iri) else snapshot.names.claim(iri)
        return as_json(claim_page(snapshot, name, self._here.config.documents))

    def entity(self, name: str) -> dict[str, Any]:
        """An entity with the facts about it, by its IRI or its name; the candidates if a name has several."""
        snapshot = self._here.snapshot()
        if is_iri(name):
            return as_json(entity_page(snapshot, name))
        found = self._called(name)
        if len(found) == 1:
            return as_json(entity_page(snapshot, found[0]))
        if not found:
            raise NotFound(f"no entity is called {name!r}: search for claims that name it", iri="")
        namer = Namer(snapshot)
        return {"candidates": [asdict(namer.link("entity", iri)) for iri in found]}

    def conflicts(self, about: str | None, kinds: Sequence[str], page: int) -> dict[str, Any]:
        """Where claims contradict, only seem to, correct or bear out one another."""
        known = [kind.value for kind in Kind]
        if wrong := [kind for kind in kinds if kind not in known]:
            raise BadRequest(f"kind is one of {', '.join(known)}, not {wrong[0]!r}", parameter="kind")
        asked = ConflictsAsked(about, tuple(sorted(set(kinds))), max(page, 1))
        told = self._ask(self._job(asked.written(), None, task=Task.CONFLICTS))
        return as_json(conflicts_page(self._here.snapshot(), told, about, asked.kinds, asked.page))

    # --- the workers

    def _job(
        self, text: str, provenance: Provenance | None, policy: Policy | None = None, task: Task = Task.ANSWER
    ) -> Job:
        here = self._here.config
        return Job(
            query=text,
            timeout=here.timeout,
            limit=here.result,
            memory=here.memory,
            provenance=provenance,
            format="json",
            policy=tuple(TrustPolicy.read(policy).written()) if policy else (),
            task=task,
            client="assistant",
        )

    def _ask(self, job: Job) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._here.answer(job).body)
        return found

    def _answered(self, sparql: str, policy: Policy) -> dict[str, Any]:
        reply = self._here.answer(self._job(sparql, Provenance.HOW, policy))
        if reply.kind not in ("select", "ask"):
            raise BadRequest("here a query is a SELECT or an ASK: ask for the rows that a graph is made of")
        found: dict[str, Any] = json.loads(reply.body)
        return found

    def _called(self, name: str) -> list[str]:
        query = f"SELECT DISTINCT ?e {{ ?e rdfs:label {literal(name)} }} ORDER BY ?e LIMIT {CANDIDATES}"
        told = self._ask(self._job(query, Provenance.NONE))
        return [row["e"]["value"] for row in told["results"]["bindings"]]


def _row(row: Mapping[str, Any], circuit: Circuit, places: Sequence[int]) -> dict[str, Any]:
    node = row["node"]
    claims = [] if node is None else sorted(rests_on(circuit, places[node]))
    return {**{name: value for name, value in row.items() if name != "node"}, "claims": claims}

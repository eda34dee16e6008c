"""``lodestone link suppliers.csv``: which entities the rows of a table are, told as a report."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from kg.claims.claim import Agent, AgentKind, Claim, Status
from kg.claims.confidence import Assessment, Credibility, Reliability
from kg.claims.document import Document, text_hash
from kg.claims.names import is_iri
from kg.claims.source import SourceKind, Voice
from kg.cli.auditing import note_done
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.terms import Text as Text_
from kg.dataset.terms import iri, literal
from kg.dataset.writer import Writer
from kg.errors import InvalidMatch
from kg.link.identifiers import SCHEMES, normal
from kg.link.matcher import PLACE_PROPERTIES, Candidate, Matcher, wanted_by
from kg.link.proposing import linker
from kg.link.reference.gazetteer import GEONAMES
from kg.link.reference.graph import LITERAL_IDS, WIKIDATA
from kg.link.scoring import table as scoring
from kg.link.service import Question, Service
from kg.link.suppliers import REPORT, Matched, Wish, match_rows, report
from kg.link.table import Table, read_table
from ontology.vocab import SKOS

_SHOWN = 200
Ask = Callable[[Sequence[Question]], Iterable[list[Candidate]]]
_IRIS = {"wikidata": WIKIDATA + "{}", "geonames": GEONAMES + "{}/"}


@dataclass(frozen=True)
class Wanted:
    """What the command line says of the table, and of what is to become of it."""

    column: str | None = None
    kind: str | None = None
    properties: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    limit: int = 5
    service: str | None = None
    report: Path | None = None
    accept: bool = False
    by: str | None = None


def run_suppliers(file: Path, store: Path, wanted: Wanted, *, form: str, wait: float) -> int:
    """Match, report, and with ``accept`` write. Gives 1 where rows or identifiers were left out."""
    if wanted.accept and wanted.service is not None:
        raise InvalidMatch("--accept writes of the store's own entities: it does not go with --service")
    table = read_table(file, encoding=wanted.encoding, delimiter=wanted.delimiter)
    wish = _wish(table, wanted)
    ask = _service(wanted.service) if wanted.service is not None else _store(store)
    matched = match_rows(table, wish, ask)
    if wanted.report is not None:
        wanted.report.write_text(report(table, matched), encoding="utf-8")
    if form == "json":
        click.echo(json.dumps([_as_json(one) for one in matched], ensure_ascii=False, indent=1))
    else:
        _print(matched)
    problems = [(line, f"{problem}; it was left out") for line, problem in table.problems]
    problems += _odd_identifiers(matched)
    for line, problem in sorted(problems):
        click.echo(f"{file}, line {line}: {problem}", err=True)
    if wanted.accept:
        _accept(file, store, table, matched, wanted.by, wait)
    return 1 if problems else 0


def _odd_identifiers(matched: Iterable[Matched]) -> Iterator[tuple[int, str]]:
    for one in matched:
        for scheme, value in one.properties:
            if scheme in SCHEMES and normal(scheme, value) is None:
                yield (
                    one.row.line,
                    f"{value!r} cannot be a {scheme} (length, letters or check digits); not used",
                )


def _wish(table: Table, wanted: Wanted) -> Wish:
    column = table.column(wanted.column) if wanted.column is not None else table.name_column()
    properties = []
    for text in wanted.properties:
        name, equals, of = text.partition("=")
        if not equals:
            raise InvalidMatch(f"--property {text!r}: say NAME=COLUMN, as in lei=LEI", value=text)
        if wanted.service is None and name not in SCHEMES and name not in PLACE_PROPERTIES:
            known = ", ".join(["place", "country", *SCHEMES])
            raise InvalidMatch(
                f"--property {text!r}: {name!r} is not known here; known are {known}", value=name
            )
        properties.append((name, table.column(of)))
    kind = wanted.kind
    if wanted.service is None:
        wanted_by(kind)
        kind = kind or ("party" if table.names_parties(column) else None)
    least = scoring().review if wanted.service is None else 0.0  # other services have other scales
    return Wish(column, kind, tuple(properties), wanted.limit, least)


def _store(store: Path) -> Ask:
    matcher = Matcher.of(Reader(store).current())

    def ask(questions: Sequence[Question]) -> Iterator[list[Candidate]]:
        for q in questions:
            yield matcher.candidates(q.name, q.type, q.limit, q.properties)

    return ask


def _service(url: str) -> Ask:
    return Service(url).candidates


# --- telling


def _as_json(one: Matched) -> dict[str, Any]:
    return {
        "line": one.row.line,
        "name": one.name,
        "decision": one.decision,
        "candidates": [
            {
                "iri": c.iri,
                "name": c.name,
                "score": c.score,
                "match": c.match,
                "features": dict(c.features),
                "description": c.description,
            }
            for c in one.candidates
        ],
    }


def _print(matched: Sequence[Matched]) -> None:
    console = Console()
    printed = Printed(box=None, pad_edge=False)
    for heading in ("line", "name", "decision", "candidate", "score", "why"):
        printed.add_column(heading, overflow="fold")
    for one in matched[:_SHOWN]:
        best = one.best
        why = "; ".join(f"{k}: {v}" for k, v in best.features.items()) if best else ""
        told = (best.name, f"{best.score:g}", why) if best else ("", "", "")
        printed.add_row(*map(Text, (str(one.row.line), one.name, one.decision, *told)))
    console.print(printed)
    if len(matched) > _SHOWN:
        click.echo(f"the first {_SHOWN} of {len(matched)} rows are shown: --report FILE has them all")
    counts = Counter(one.decision for one in matched)
    summary = f"{counts['match']} match, {counts['review']} to review, {counts['none']} without a candidate"
    click.echo(f"{len(matched)} rows: {summary}")


# --- writing


def _accept(
    file: Path, store: Path, table: Table, matched: Sequence[Matched], by: str | None, wait: float
) -> None:
    """Write what matches, or what a person decided, as claims of the table's."""
    decided = list(_decided(table, matched, by))
    author = Agent(kind=AgentKind.PERSON, name=by) if by else linker()
    document = Document(title=file.name, hash=text_hash(file.read_bytes().decode("utf-8", "replace")))
    with Writer(store, wait=wait) as writer:
        matcher = Matcher.of(Reader(store).current())
        claims = [
            _claim(about, predicate, value, document, author, one)
            for one, about in decided
            for predicate, value in _said(one, about, matcher)
        ]
        added = writer.add(claims)
        writer.commit()
    new = [one.iri for one in added if one.outcome is Outcome.NEW]
    if new:
        note_done(store, "link table", claims=new, by=by)
    click.echo(f"{len(decided)} rows accepted: {len(new)} claims written, {len(added) - len(new)} were known")


def _decided(table: Table, matched: Sequence[Matched], by: str | None) -> Iterator[tuple[Matched, str]]:
    """Rows with the entity that they are: by the report's column, where the table is one, else by score."""
    if REPORT[0] not in table.columns:
        yield from ((one, one.best.iri) for one in matched if one.decision == "match" and one.best)
        return
    if by is None:
        raise InvalidMatch(f"{table.path} is a report with decisions: say --by, who decided")
    decision, target = table.column(REPORT[0]), table.column(REPORT[1])
    for one in matched:
        said, iri_ = one.row.values[decision].strip().casefold(), one.row.values[target].strip()
        if said not in ("match", "review", "none", ""):
            raise InvalidMatch(f"{table.path}, line {one.row.line}: {said!r} is none of match, review, none")
        if said == "match":
            if not is_iri(iri_):
                raise InvalidMatch(f"{table.path}, line {one.row.line}: match_iri {iri_!r} is no IRI")
            yield one, iri_


def _said(one: Matched, about: str, matcher: Matcher) -> Iterator[tuple[str, Text_]]:
    """What a row says of its entity: another name, identifiers."""
    entity = matcher.entity(about)
    if entity is None:
        raise InvalidMatch(f"line {one.row.line}: no entity of the store is called {about}", value=about)
    if one.name not in entity.described.names:
        yield f"{SKOS}altLabel", literal(one.name)
    for scheme, text in one.properties:
        value = normal(scheme, text)
        if value is None or value in entity.described.identifiers.get(scheme, frozenset()):
            continue
        if scheme in LITERAL_IDS:
            yield LITERAL_IDS[scheme], literal(value)
        elif scheme in _IRIS:
            yield f"{SKOS}exactMatch", iri(_IRIS[scheme].format(value))


def _claim(
    about: str, predicate: str, value: Text_, document: Document, author: Agent, one: Matched
) -> Claim:
    best = one.best
    reason = f"line {one.row.line}; " + (
        f"score {best.score:g} of 100" if best is not None and best.iri == about else "decided in review"
    )
    return Claim(
        triples=(f"{iri(about)} {iri(predicate)} {value} .",),
        document=document,
        attribution=(Voice(kind=SourceKind.DOCUMENT, name=document.title),),
        assessment=Assessment(
            reliability=Reliability.C, credibility=Credibility.PROBABLY_TRUE, reason=reason
        ),
        agent=author,
        status=Status.ACCEPTED,
    )

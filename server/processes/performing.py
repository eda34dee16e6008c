"""Doing writes, in the process that writes. Imports no Flask.

A body is read before the store is held. The store stays held for a moment after a
write, in case another follows: opening it takes longer than most writes.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from kg.dataset import raw
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.loading.rdf_reader import FORMATS, check_bounds
from kg.dataset.outcomes import Met, Outcome
from kg.dataset.record.records import DEFAULT
from kg.dataset.room import has_room, says_full, store_full
from kg.dataset.terms import NamedNode, Quad, RdfFormat, distinct, parse
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim, LodestoneError, NotFound, UnreadableInput
from kg.ingest.posting import Posted, read_posted, read_posted_article, take
from kg.ingest.review import Reviewer
from kg.outbound import Outbound
from kg.query.shaping.size import TooComplex
from kg.update import Documents, fetch_all, update
from server.errors import BadRequest, ClaimsConflict, ClaimsInvalid, Forbidden, PreconditionFailed
from server.processes.jobs import Failure
from server.processes.writes import (
    ClaimsWrite,
    Condition,
    Done,
    GraphWrite,
    JudgeWrite,
    Part,
    RetractWrite,
    ReviewWrite,
    UndoWrite,
    UpdateWrite,
    Write,
)

log = logging.getLogger(__name__)

SHACL = "http://www.w3.org/ns/shacl#"

IDLE = 0.5
"""Seconds that the store stays held after a write."""

LONGEST_HOLD = 5.0
"""Seconds after which it is let go between two writes, so that others get their turn."""

Act = Callable[[Writer], dict[str, object]]


class Holder:
    """Holds one store for writing, while there is something to write and a moment longer."""

    def __init__(self, store: Path, wait: float, outbound: Outbound) -> None:
        self._store, self._wait, self._outbound = store, wait, outbound
        self._lock = threading.Lock()
        self._stack: ExitStack | None = None
        self._writer: Writer | None = None
        self._since = 0.0
        self._timer: threading.Timer | None = None

    def perform(self, write: Write) -> Done | Failure:
        """Do a write and publish it, or do nothing. Errors that the client can mend come back as values."""
        try:
            act = prepared(write, self._outbound)
            with self._lock:
                return self._act(act)
        except RecursionError:
            return Failure.of(TooComplex("what is to be written is nested too deeply"))
        except Exception as error:
            if says_full(error):
                return Failure.of(store_full())
            if isinstance(error, LodestoneError):
                return Failure.of(error)
            if not has_room(self._store):  # libraries have their own words for it
                log.warning("a write failed on a full disk: %s", error)
                return Failure.of(store_full())
            raise

    def _act(self, act: Act) -> Done:
        if self._timer is not None:
            self._timer.cancel()
        try:
            writer = self._open()
            before = writer.manifest.version
            told = act(writer)
            after = writer.commit().version
        except BaseException:
            self._let_go()
            raise
        if time.monotonic() - self._since > LONGEST_HOLD:
            self._let_go()
        else:
            self._timer = threading.Timer(IDLE, self._when_idle, (self._stack,))
            self._timer.daemon = True
            self._timer.start()
        return Done(writer.names.snapshot(writer.settings.store_id, after), before, after, told)

    def _open(self) -> Writer:
        if self._writer is None:
            with ExitStack() as stack:
                self._writer = stack.enter_context(Writer(self._store, wait=self._wait))
                self._stack = stack.pop_all()
            self._since = time.monotonic()
        return self._writer

    def _when_idle(self, stack: ExitStack) -> None:
        with self._lock:
            if self._stack is stack:
                self._let_go()

    def _let_go(self) -> None:
        stack, self._stack, self._writer = self._stack, None, None
        if stack is not None:
            stack.close()


def prepared(write: Write, outbound: Outbound) -> Act:
    """What is to be done with the store held; everything that needs no store is done here and now.

    Raises ``UnreadableInput``, ``ClaimsInvalid``, ``BadRequest`` and ``QuerySyntaxError``.
    """
    match write:
        case UpdateWrite():
            documents = fetch_all(write.text, write.base, outbound)
            return lambda writer: _update(writer, write, documents)
        case GraphWrite():
            graph = DEFAULT if write.graph is None else NamedNode(write.graph)
            quads = [quad for part in write.parts for quad in read_part(part, graph)]
            return lambda writer: _graph(writer, write, graph, quads)
        case ClaimsWrite(kind="json" | "jsonl"):
            posted = _read_claims(write)
            return lambda writer: _take(writer, posted)
        case ClaimsWrite() if f".{write.kind}" in FORMATS:
            check_bounds(write.content, FORMATS[f".{write.kind}"], write.name)
            return lambda writer: _take_rdf(writer, write)
        case ClaimsWrite():
            article = _read_article(write)
            return lambda writer: _take(writer, article)
        case RetractWrite():
            return lambda writer: _retract(writer, write)
        case ReviewWrite():
            return lambda writer: _review(writer, write)
        case JudgeWrite():
            return lambda writer: _judge(writer, write)
        case UndoWrite():
            return lambda writer: _undo(writer, write)


# --- SPARQL Update, graphs


def _update(writer: Writer, write: UpdateWrite, documents: Documents) -> dict[str, object]:
    changes = update(
        writer,
        write.text,
        base_iri=write.base,
        default_graphs=write.default_graphs,
        named_graphs=write.named_graphs,
        documents=documents,
    )
    return {"inserted": changes.inserted, "deleted": changes.deleted}


_FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def read_part(part: Part, graph: raw.Graph) -> list[Quad]:
    """The triples of a piece of RDF, in a graph; its blank nodes get labels of their own.

    Raises ``UnreadableInput``, and ``BadRequest`` if it names graphs itself.
    """
    form = _FORMATS[part.format]
    check_bounds(part.content, form, "the body")
    try:
        quads = list(parse(part.content, format=form, base_iri=part.base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise UnreadableInput(f"the body is not {form.name}: {error}", line=error.lineno) from error
    except ValueError as error:
        raise UnreadableInput(f"the body cannot be read as {form.name}: {error}") from error
    if any(quad.graph_name != DEFAULT for quad in quads):
        raise BadRequest("the body names graphs, but is to be the content of one graph: send each to its own")
    return raw.moved(quads, graph)


def _check(writer: Writer, condition: Condition, graph: raw.Graph, *, there: bool) -> None:
    """Raises ``PreconditionFailed``."""
    now = writer.names.snapshot(writer.settings.store_id, writer.manifest.version)
    if condition.exists is not None and there != condition.exists:
        told = f"there is a graph {graph} already" if there else f"there is no graph {graph}"
        raise PreconditionFailed(f"{told}: nothing was written")
    if condition.fails or condition.version not in (None, now):
        raise PreconditionFailed(
            f"graph {graph} is not as the request expects, or of another version than {now}: read it again"
        )


def _graph(writer: Writer, write: GraphWrite, graph: raw.Graph, quads: list[Quad]) -> dict[str, object]:
    quads = distinct(quads)
    (raw.check_open if write.method == "DELETE" else raw.check_writable)(writer, graph)
    there = raw.exists(writer, graph)
    if write.condition is not None:
        _check(writer, write.condition, graph, there=there)
    deleted = 0
    match write.method:
        case "DELETE":
            if not there and isinstance(graph, NamedNode):
                raise NotFound(f"there is no graph {graph}", iri=graph.value)
            return {"created": False, "inserted": 0, "deleted": raw.drop(writer, graph)}
        case "PUT":
            stays = set(quads)
            deleted = raw.delete(writer, (q for q in raw.base_quads(writer, graph) if q not in stays))
    if isinstance(graph, NamedNode):
        raw.create(writer, graph)
    return {"created": not there, "inserted": raw.insert(writer, quads), "deleted": deleted}


# --- claims


def _read_claims(write: ClaimsWrite) -> Posted:
    try:
        return read_posted(write.content, write.name, lines=write.kind == "jsonl")
    except InvalidClaim as error:
        raise _told(error) from error


def _review(writer: Writer, write: ReviewWrite) -> dict[str, object]:
    reviewer = Reviewer(writer, write.by)
    try:
        match write.action:
            case "accept":
                return {"claim": reviewer.accept(write.claim)}
            case "edit":
                return {"claim": reviewer.edit(write.claim, write.changes)}
    except InvalidClaim as error:
        raise _told(error) from error
    return {"rejected": reviewer.reject(write.claim, write.reason)}


def _told(error: InvalidClaim) -> ClaimsInvalid:
    """An invalid claim as a SHACL validation report (SHACL, section 3)."""
    results = [
        {
            "type": "sh:ValidationResult",
            "resultSeverity": "sh:Violation",
            "focusNode": path.partition(".")[0],
            "resultPath": path.partition(".")[2],
            "resultMessage": message,
        }
        for path, message in error.problems or (("", str(error)),)
    ]
    report: dict[str, object] = {
        "@context": {
            "@vocab": "http://www.w3.org/ns/shacl#",
            "sh": "http://www.w3.org/ns/shacl#",
            "type": "@type",
        },
        "type": "sh:ValidationReport",
        "conforms": False,
        "result": results,
    }
    return ClaimsInvalid(str(error), report)


def _take(writer: Writer, posted: Posted) -> dict[str, object]:
    try:
        added = take(writer, posted)
    except InvalidClaim as error:
        raise _told(error) from error
    conflicts = tuple({"claim": a.iri, "reason": a.reason} for a in added if a.outcome is Outcome.CONFLICT)
    if conflicts:
        raise ClaimsConflict("nothing was taken in: some of it is known otherwise", conflicts)
    return {
        "new": sum(a.outcome is Outcome.NEW for a in added),
        "known": sum(a.outcome is Outcome.KNOWN for a in added),
        "claims": [{"claim": a.iri, "outcome": a.outcome.value, "active": a.active} for a in added],
    }


def _take_rdf(writer: Writer, write: ClaimsWrite) -> dict[str, object]:
    met: Met = {}
    with tempfile.TemporaryDirectory(dir=writer.layout.root, prefix=".posted-") as folder:
        path = Path(folder) / write.name
        path.write_bytes(write.content)
        try:
            report = ingest_rdf(writer, path, met=met)
        except UnreadableInput as error:
            raise UnreadableInput(str(error).replace(str(path), write.name), line=error.line) from error
    for rejected in report.rejected:
        if rejected.line is not None:
            raise UnreadableInput(f"line {rejected.line}: {rejected.reason}", line=rejected.line)
    conflicts = tuple({"claim": r.graph or "", "reason": r.reason} for r in report.rejected)
    if conflicts:
        raise ClaimsConflict("nothing was taken in: some of it cannot be", conflicts)
    if report.base_new and not write.base_data:
        raise Forbidden(
            "triples outside of named graphs are base data, which takes a token with the scope admin: "
            "put what is claimed into a named graph",
            scope="admin",
        )
    return {
        "new": report.claims_new,
        "known": report.claims_known,
        "base": report.base_new,
        "claims": [
            {"claim": name, "outcome": outcome.value, "active": writer.view.is_active(name)}
            for name, outcome in met.items()
        ],
    }


def _read_article(write: ClaimsWrite) -> Posted:
    with tempfile.TemporaryDirectory(prefix="lodestone-") as folder:
        path = Path(folder) / write.name
        path.write_bytes(write.content)
        try:
            return read_posted_article(path)
        except UnreadableInput as error:
            raise UnreadableInput(str(error).replace(str(path), write.name), line=error.line) from error


def _retract(writer: Writer, write: RetractWrite) -> dict[str, object]:
    done = writer.retract(write.claim, reason=write.reason, by=write.by)
    return {"claim": write.claim, "retracted": True, "already": not done}


# --- judgments


def _judge(writer: Writer, write: JudgeWrite) -> dict[str, object]:
    """Take judgments in, all of them or none. Raises ``IdentityConflict``."""
    done = writer.judge(write.judgments, force=write.force)
    for judged in done:
        if judged.problem is not None:
            raise judged.problem
    return {
        "new": sum(judged.outcome is Outcome.NEW for judged in done),
        "known": sum(judged.outcome is Outcome.KNOWN for judged in done),
        "judgments": [{"judgment": judged.iri, "outcome": judged.outcome.value} for judged in done],
    }


def _undo(writer: Writer, write: UndoWrite) -> dict[str, object]:
    done = writer.undo(write.judgment, reason=write.reason, by=write.by)
    return {"judgment": write.judgment, "undone": True, "already": not done}

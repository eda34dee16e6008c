"""Carrying updates out, operation by operation (SPARQL 1.1 Update, sections 3 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.dataset import raw
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import DefaultGraph, NamedNode
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, QueryRefused, ServiceFailed, UnreadableInput
from kg.outbound import OutboundFailed
from kg.query.algebra import Iri
from kg.query.operations import (
    Clear,
    Create,
    DeleteData,
    DeleteWhere,
    Drop,
    Group,
    InsertData,
    Load,
    Modify,
    Operation,
    Place,
    Target,
    Transfer,
    Update,
)
from kg.update.load import Documents, loaded
from kg.update.templates import filled, named, solutions_of
from kg.update.working import WorkingState


@dataclass(eq=False)
class UpdateFailed(LodestoneError):
    """An operation cannot be carried out; with SILENT it would have been passed over."""

    graph: str = ""


@dataclass(eq=False)
class DatasetConflict(LodestoneError):
    """The dataset of an update is named twice."""


@dataclass(frozen=True)
class Changes:
    """How many quads of base data came and went."""

    inserted: int = 0
    deleted: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.inserted + other.inserted, self.deleted + other.deleted)


def carry_out(
    writer: Writer,
    request: Update,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
    documents: Documents,
) -> Changes:
    """Carry all operations out, in order; LOAD takes ``documents``. Raises as ``kg.update.update``."""
    changes = Changes()
    for operation in request.operations:
        if isinstance(operation, Load):
            changes += _load(writer, operation, documents)
        else:
            changes += _one(writer, operation, default_graphs, named_graphs)
    return changes


def _one(
    writer: Writer,
    operation: Operation,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> Changes:
    match operation:
        case InsertData(quads):
            return Changes(inserted=raw.insert(writer, filled(quads, [()], ())))
        case DeleteData(quads):
            return Changes(deleted=raw.delete(writer, filled(quads, [()], ())))
        case DeleteWhere(quads, where):
            columns, rows = solutions_of(
                WorkingState(writer, named_graphs_stay=False), where, (quads,), default_graphs, named_graphs
            )
            return Changes(deleted=raw.delete(writer, filled(quads, rows, columns)))
        case Modify():
            return _modify(writer, operation, default_graphs, named_graphs)
        case Clear(target, silent):
            return Changes(deleted=sum(raw.clear(writer, g) for g in _graphs(writer, target, silent)))
        case Drop(target, silent):
            return Changes(deleted=sum(raw.drop(writer, g) for g in _graphs(writer, target, silent)))
        case Create(graph, silent):
            return _create(writer, named(graph), silent)
        case Transfer():
            return _transfer(writer, operation)
    raise TypeError(operation)  # pragma: no cover - there are no others


def _load(writer: Writer, operation: Load, documents: Documents) -> Changes:
    into = _place(operation.into)
    raw.check_writable(writer, into)
    try:
        quads = loaded(documents, operation.source.value, into)
    except (QueryRefused, OutboundFailed, UnreadableInput) as error:
        if operation.silent:
            return Changes()
        if isinstance(error, QueryRefused):
            raise
        source = operation.source.value
        raise ServiceFailed(f"LOAD <{source}> brought nothing: {error}", endpoint=source) from error
    if isinstance(into, NamedNode):
        raw.create(writer, into)
    return Changes(inserted=raw.insert(writer, quads))


def _modify(
    writer: Writer,
    operation: Modify,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> Changes:
    """Deletions and insertions are all worked out on what was there before either."""
    home = operation.home
    if home is not None:
        raw.check_open(writer, named(home))
    using = bool(operation.default_graphs or operation.named_graphs)
    if using:
        default_graphs = [g.value for g in operation.default_graphs]
        named_graphs = [g.value for g in operation.named_graphs]
    elif home is not None:
        default_graphs = [home.value]
    state = WorkingState(writer, named_graphs_stay=home is not None and not using)
    templates = (operation.delete, operation.insert)
    columns, rows = solutions_of(state, operation.where, templates, default_graphs, named_graphs)
    delete = list(filled(operation.delete, rows, columns, home))
    insert = list(filled(operation.insert, rows, columns, home))
    deleted = raw.delete(writer, delete)
    return Changes(raw.insert(writer, insert), deleted)


def _graphs(writer: Writer, target: Target, silent: bool) -> list[raw.Graph]:
    """The graphs that CLEAR or DROP is for. Raises ``UpdateFailed`` for one that is not there."""
    match target:
        case Group.DEFAULT:
            return [DEFAULT]
        case Group.NAMED:
            return list(raw.base_graphs(writer))
        case Group.ALL:
            return [DEFAULT, *raw.base_graphs(writer)]
        case Iri():
            graph = named(target)
            raw.check_open(writer, graph)
            return [graph] if _there(writer, graph, silent) else []
    raise TypeError(target)  # pragma: no cover - there is no other group


def _there(writer: Writer, graph: raw.Graph, silent: bool) -> bool:
    """Whether a graph is there. Raises ``UpdateFailed`` where that may not be passed over."""
    if raw.exists(writer, graph):
        return True
    if silent or isinstance(graph, DefaultGraph):
        return False
    name = graph.value
    raise UpdateFailed(f"there is no graph <{name}>: write SILENT if that is no matter", graph=name)


def _create(writer: Writer, graph: NamedNode, silent: bool) -> Changes:
    raw.check_writable(writer, graph)
    if raw.exists(writer, graph) and not silent:
        name = graph.value
        raise UpdateFailed(f"graph <{name}> is there already: write SILENT if that is no matter", graph=name)
    raw.create(writer, graph)
    return Changes()


def _transfer(writer: Writer, operation: Transfer) -> Changes:
    """Copy what queries see of a graph; what claims put there may be copied, but does not go away."""
    source, into = _place(operation.source), _place(operation.into)
    raw.check_writable(writer, into)
    if operation.keyword == "MOVE":
        raw.check_open(writer, source)
    if not _there(writer, source, operation.silent) or source == into:
        return Changes()
    quads = raw.moved(writer.main.quads_for_pattern(None, None, None, source), into)
    deleted = 0 if operation.keyword == "ADD" else raw.drop(writer, into)
    if isinstance(into, NamedNode):
        raw.create(writer, into)
    inserted = raw.insert(writer, quads)
    if operation.keyword == "MOVE":
        deleted += raw.drop(writer, source)
    return Changes(inserted, deleted)


def _place(place: Place) -> raw.Graph:
    return DEFAULT if place is None else named(place)

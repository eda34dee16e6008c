"""Whether a version's text index is the one that follows from its claims."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kg.dataset.annotated.view import View
from kg.dataset.loading.sorting import Progress
from kg.dataset.text.entry import Entry, entry_of, opposite
from kg.dataset.text.index import Document, Flags, claim_document, is_findable
from kg.dataset.text.search import TextIndex
from kg.errors import LodestoneError

_TICK = 10_000
_FLAGS = ("contested", "support")


def text_problems(
    view: View, index: TextIndex, claims: Iterable[str], progress: Progress
) -> Iterator[tuple[str, str]]:
    """What is wrong, each time with the claim. Memory grows by some 500 bytes a claim."""
    origins: defaultdict[str, set[str]] = defaultdict(set)
    targets: set[str] = set()
    flagged: list[tuple[str, tuple[str, ...], tuple[str, ...], Document]] = []
    names: set[str] = set()
    number = 0
    for count, iri in enumerate(claims, start=1):
        if count % _TICK == 0:
            progress(_TICK)
        if not is_findable(iri):
            continue
        try:
            entry = entry_of(view, iri)
        except (LodestoneError, ValueError, KeyError):
            continue  # told where claims are checked
        number += 1
        found = index.document(iri)
        if found is None:
            yield iri, "it is not in the index"
            continue
        if differing := _differing(entry, found):
            yield iri, f"the index has another {' and '.join(differing)}"
        targets.update(entry.against)
        for side in entry.says:
            origins[side].add(entry.origin)
        names.update(name.key for name in entry.names if is_findable(name.of))
        flagged.append((iri, entry.sides, entry.says, {f: found[f][0] for f in _FLAGS if f in found}))
    for iri, sides, says, flags in flagged:
        contested = iri in targets or any(opposite(side) in origins for side in sides)
        fewest = min((len(origins[side]) for side in says), default=0)
        due = Flags(contested, "" if not says else "one" if fewest < 2 else "several")
        said = Flags(flags.get("contested") == "yes", str(flags.get("support", "")))
        if said != due:
            yield iri, f"the index says {said}, it is {due}"
    for key in names:
        if index.document(key) is None:
            yield key, "a name is not in the index"
    claims_held = index.held()
    if claims_held != number:
        yield "claims", f"the index holds {claims_held}, there are {number}"


def _differing(entry: Entry, found: dict[str, list[object]]) -> list[str]:
    """Fields that are not those of the entry."""
    due = {k: v for k, v in claim_document(entry, Flags()).items() if k not in _FLAGS}
    wanted = {k: sorted(map(_plain, v if isinstance(v, list) else [v])) for k, v in due.items()}
    has = {k: sorted(map(_plain, v)) for k, v in found.items() if k not in _FLAGS}
    return sorted(k for k in wanted.keys() | has.keys() if wanted.get(k) != has.get(k))


def _plain(value: object) -> str:
    return bytes(value).decode() if isinstance(value, bytes | list) else str(value)

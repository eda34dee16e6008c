"""Claims of some documents as sorted N-Quads: what a worker makes of results."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kg.claims.claim import Claim, Polarity
from kg.claims.confidence import Reliability
from kg.claims.names import Names
from kg.dataset.record.encode import encode
from kg.dataset.terms import Statement, nquads
from kg.errors import InvalidClaim
from kg.ingest.cluster.results import Found, Result
from kg.ingest.corrections import corrected
from kg.ingest.origins import with_origin
from kg.ingest.quotes import with_text


@dataclass(frozen=True)
class Decided:
    """An article of a result: whose copy it is, if it is one, and what of that was claimed.

    ``at`` is its place in the file. ``original`` is the origin of the earlier text; ``earlier`` holds
    claims of that text, or is the result that they stand in (with the place), where a denial may correct one.
    ``corrects`` is what claims of a correction of its own take back, by their places.
    """

    result: bytes
    at: int
    original: str | None = None
    earlier: tuple[tuple[str, Claim], ...] = ()
    earlier_result: tuple[bytes, int] | None = None
    corrects: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Encoded:
    """A shard, packed, with its number of lines and claims, and what is to be decided over all shards.

    ``shared`` are descriptions in their order, ``ratings`` those of each origin, ``broken`` claims that
    cannot be encoded: the number of the article among those given, the reason, the claim in JSON.
    """

    lines: int = 0
    claims: int = 0
    data: bytes = b""
    shared: list[Statement] = field(default_factory=list)
    ratings: dict[str, set[Reliability]] = field(default_factory=dict)
    broken: list[tuple[int, str, str]] = field(default_factory=list)


def encode_articles(articles: Sequence[Decided], base: str, recorded: datetime) -> Encoded:
    """The claims of some articles as a shard."""
    names = Names(base)
    done = Encoded()
    lines: set[str] = set()
    shared: dict[Statement, None] = {}
    for number, article in enumerate(articles):
        found = Result.unpacked(article.result).articles[article.at]
        for claim in _claims(article, found, names):
            try:
                encoded = encode(claim, names, recorded=recorded)
            except InvalidClaim as error:
                done.broken.append((number, str(error), claim.model_dump_json()))
                continue
            done.claims += 1
            shared.update(dict.fromkeys(encoded.shared))
            done.ratings.setdefault(encoded.origin, set()).add(encoded.reliability)
            lines.update(nquads(encoded.record, names.record).split("\n"))
            lines.update(nquads(encoded.assertion, encoded.iri).split("\n"))
    lines.discard("")
    done.lines = len(lines)
    done.data = zlib.compress("".join(f"{line}\n" for line in sorted(lines)).encode(), level=1)
    done.shared = list(shared)
    return done


def _claims(article: Decided, found: Found, names: Names) -> Iterable[Claim]:
    for number, said in enumerate(found.claims):
        claim = with_text(said, found.article.text)
        if number in article.corrects:
            claim = claim.model_copy(update={"corrects": article.corrects[number]})
        if article.original is not None:
            claim = with_origin(claim, article.original)
            if claim.polarity is Polarity.NEGATIVE:
                claim = claim.model_copy(update={"corrects": corrected(claim, _earlier(article, names))})
        yield claim


def _earlier(article: Decided, names: Names) -> tuple[tuple[str, Claim], ...]:
    if article.earlier_result is None:
        return article.earlier
    data, at = article.earlier_result
    claims = Result.unpacked(data).articles[at].claims
    both = dict(article.earlier) | {names.claim(claim.id): claim for claim in claims}
    return tuple((name, both[name]) for name in sorted(both))

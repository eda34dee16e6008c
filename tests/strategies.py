"""Hypothesis strategies for claims."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from kg.claims.claim import (
    Agent,
    AgentKind,
    Claim,
    ClaimType,
    Mention,
    Modality,
    Polarity,
    Qualifier,
    Quantity,
    Quote,
    RoleName,
    Status,
)
from kg.claims.confidence import Assessment, Credibility, Reliability
from kg.claims.document import Document
from kg.claims.source import SourceKind, Voice
from kg.claims.times import TimeSpan

texts = st.text(min_size=1, max_size=30)
names = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=20).filter(str.strip)
iris = st.from_regex(r"https?://[a-z]{1,8}\.example/[a-zA-Z0-9_é]{1,10}(#[a-z]{1,4})?", fullmatch=True)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
edtfs = st.one_of(
    days.map(lambda d: d.isoformat()),
    days.map(lambda d: d.isoformat()[:7]),
    days.map(lambda d: f"{d.isoformat()[:7]}/.."),
    days.map(lambda d: f"../{d.isoformat()}"),
    st.tuples(days, days).map(lambda two: f"{min(two)}/{max(two)}"),
)
times = st.builds(TimeSpan, text=texts | st.none(), edtf=edtfs, of_saying=st.booleans()) | st.builds(
    TimeSpan, text=texts
)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    exact = draw(texts)
    start = draw(st.integers(0, 10**6) | st.none())
    end = None if start is None else start + len(exact)
    context = texts | st.none()
    return Quote(exact=exact, start=start, end=end, prefix=draw(context), suffix=draw(context))


voices = st.builds(
    Voice,
    kind=st.sampled_from(SourceKind),
    name=names,
    count=st.integers(1, 500) | st.none(),
    text=texts | st.none(),
    verb=names | st.none(),
    speaks_for=names | st.none(),
) | st.builds(Voice, kind=st.just(SourceKind.ANONYMOUS), text=texts, count=st.integers(1, 9) | st.none())

hashes = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
documents = st.builds(
    Document,
    hash=hashes,
    title=texts | st.none(),
    publisher=names | st.none(),
    published=days | st.none(),
    url=iris | st.none(),
    language=st.sampled_from(["en", "de", "zh"]) | st.none(),
) | st.builds(Document, title=texts, publisher=names)

mentions = st.builds(
    Mention, text=texts, iri=iris | st.none(), id=names | st.none(), named=st.booleans() | st.none()
)
quantities = st.builds(
    Quantity,
    value=st.floats(allow_nan=False, allow_infinity=False),
    qualifier=st.sampled_from(Qualifier),
    unit=texts | st.none(),
)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
agents = st.builds(Agent, kind=st.sampled_from(AgentKind), name=names, version=names | st.none())
some_iris = st.lists(iris, max_size=2).map(tuple)


def _triple(parts: tuple[str, str, str]) -> str:
    return f"<{parts[0]}> <{parts[1]}> <{parts[2]}> ."


triples = st.lists(st.tuples(iris, iris, iris).map(_triple), min_size=1, max_size=3).map(tuple)

_shared = {
    "type": st.sampled_from(ClaimType),
    "document": documents,
    "attribution": st.lists(voices, min_size=1, max_size=3).map(tuple),
    "modality": st.sampled_from(Modality),
    "polarity": st.sampled_from(Polarity),
    "when": times | st.none(),
    "validity": times | st.none(),
    "said": days | st.none(),
    "quantity": quantities | st.none(),
    "origin": names | iris | st.none(),
    "assessment": st.builds(
        Assessment,
        reliability=st.sampled_from(Reliability),
        credibility=st.sampled_from(Credibility),
        reason=texts | st.none(),
    ),
    "agent": agents | st.none(),
    "recorded": moments,
    "status": st.sampled_from(Status),
    "supports": some_iris,
    "rebuts": some_iris,
    "corrects": some_iris,
    "retracts": some_iris,
    "supersedes": some_iris,
}
_quoted = st.fixed_dictionaries(_shared | {"quote": quotes(), "quote_verified": st.booleans()})
_unquoted = st.fixed_dictionaries(_shared)
_by_roles = st.fixed_dictionaries({"roles": st.dictionaries(st.sampled_from(RoleName), mentions, max_size=4)})
_by_triples = st.fixed_dictionaries({"triples": triples})
claims = st.builds(
    lambda said, asserted: Claim(**said, **asserted), _quoted | _unquoted, _by_roles | _by_triples
)

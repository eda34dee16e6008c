"""What makes pages heavy, added to a store: a busy firm, long documents, a full queue of reviews.

The claims are of the kinds that articles yield, unlike those of ``million.py``, which are RDF of others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kg.claims.claim import Agent, Claim, Status
from kg.claims.document import text_hash
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment, Verdict

BUSY = "urn:example:kestrel-motors"
"""Takes part in most of the claims."""

FIRMS = 400
ABOUT_BUSY = 4_000
SAID_OFTEN = 250
"""Claims that say one and the same thing."""

IN_TEXT = 2_000
"""Claims with a quote in one long article."""

WAITING = 400
PROPOSED = 60
JOINED = 120
"""Firms that are judged to be another one."""

_AT_ONCE = 1_000
_SENTENCE = "Producer {n:04d} received an export license for magnets from the ministry in spring. "


@dataclass(frozen=True)
class Crowd:
    """IRIs of what was added: a claim of each kind, and what the pages are about."""

    said_often: str
    corrected: str
    quoted: str
    denied: str
    document: str
    producer: str
    source: str
    judgment: str


def add_crowd(store: Path) -> Crowd:
    """Add them all, and commit."""
    text = "".join(_SENTENCE.format(n=n) for n in range(IN_TEXT))
    with Writer(store) as writer:
        writer.layout.save_text(text)
        busy = _added(writer, _about_busy())
        often = _added(writer, _said_often())
        quoted = _added(writer, _quoted(text))
        corrections = ({**_license(n, "Correcting Daily"), "corrects": [busy[n]]} for n in range(1, 300))
        _added(writer, corrections)
        _added(writer, _waiting())
        firms = [writer.names.entity("party", f"Producer {n:04d}", None) for n in range(IN_TEXT)]
        judged = writer.judge(
            Judgment(
                left=firms[n],
                right=firms[n + FIRMS],
                verdict=Verdict.SAME,
                author=Agent(name="benchmark"),
                reason="one register entry",
                status=Status.PROPOSED if n < PROPOSED else Status.ACCEPTED,
            )
            for n in range(PROPOSED + JOINED)
        )
        writer.commit()
        return Crowd(
            said_often=often[0],
            corrected=busy[1],
            quoted=quoted[0],
            denied=busy[20],
            document=writer.names.document(text_hash(text)),
            producer=firms[FIRMS - 1],
            source=writer.names.source("organization", "Agency 0", None, ""),
            judgment=judged[-1].iri,
        )


def _added(writer: Writer, records: Iterator[dict[str, Any]]) -> list[str]:
    every = map(Claim.model_validate, records)
    found: list[str] = []
    while some := list(islice(every, _AT_ONCE)):
        found += [one.iri for one in writer.add(some)]
    return found


def _license(number: int, *outlets: str, **changes: Any) -> dict[str, Any]:
    day = f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return {
        "type": "license_granted",
        "roles": {
            "producer": f"Producer {number % FIRMS:04d}",
            "customer": {"text": "Kestrel Motors", "iri": BUSY},
            "authority": "Ministry of Trade",
        },
        "when": {"text": day, "edtf": day},
        "document": {"title": f"Licenses, part {number % 200}", "publisher": outlets[-1], "published": day},
        "attribution": [
            {"kind": "organization" if o.startswith("Agency") else "publisher", "name": o} for o in outlets
        ],
        "assessment": {"reliability": "ABCD"[number % 4], "credibility": 1 + number % 4},
        **changes,
    }


def _about_busy() -> Iterator[dict[str, Any]]:
    """Grants by all firms, told by some agencies and many outlets; each twentieth is denied."""
    for n in range(ABOUT_BUSY):
        polarity = "negative" if n % 20 == 0 else "positive"
        yield _license(n, f"Agency {n % 7}", f"Outlet {n % 50}", polarity=polarity)


def _said_often() -> Iterator[dict[str, Any]]:
    for n in range(SAID_OFTEN):
        roles = {"producer": "Producer 0001", "customer": "Heron Works"}
        yield _license(n, f"Outlet {n}", roles=roles)


def _quoted(text: str) -> Iterator[Mapping[str, Any]]:
    for n in range(IN_TEXT):
        words = _SENTENCE.format(n=n).strip()
        start = text.index(words)
        yield {
            "type": "license_granted",
            "roles": {"producer": f"Producer {n:04d}", "authority": "the ministry"},
            "quote": {"exact": words, "start": start, "end": start + len(words)},
            "quote_verified": True,
            "document": {"hash": text_hash(text), "title": "All licenses", "published": "2025-06-01"},
            "attribution": [{"kind": "organization", "name": "Agency 0"}],
        }


def _waiting() -> Iterator[dict[str, Any]]:
    for n in range(WAITING):
        roles = {"producer": f"Producer {n:04d}", "customer": "Osprey Cars"}
        yield _license(n, f"Outlet {n % 50}", roles=roles, status="proposed")

"""A folder of articles of every kind, and what a store holds apart from when it was told."""

import json
from pathlib import Path

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.extract.pipeline import SpacyExtractor
from kg.ingest.taking import Ingest
from ontology.vocab import LS, ONTOLOGY
from tests.ingest.test_origins import BODY, OTHER

GERMAN = (
    "Die Ausfuhr von Magneten aus China stockt weiter, sagen Händler. Mehrere Hersteller warten seit Wochen "
    "auf eine Genehmigung des Handelsministeriums, und die Lager der Autobauer leeren sich zusehends.\n"
)
NOTE = (
    "\nCorrection: An earlier version of this article said that Acme Metals stopped production at its "
    "plant in Guangxi.\n"
)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire of Ore</title>
<item><title>Halt</title><pubDate>Wed, 14 May 2025 10:00:00 GMT</pubDate><description>
Zinc Works of Kunming stopped production of germanium in April because China had not
granted an export license, its owner said.</description></item>
<item><title>Licenses</title><pubDate>Thu, 15 May 2025 10:00:00 GMT</pubDate><description>
Beijing granted Delta Metals an export license for gallium, the ministry said.</description></item>
</channel></rss>
"""


def article(title: str, publisher: str, body: str) -> str:
    return f"Title: {title}\nPublisher: {publisher}\nDate: 2025-05-14\n\n{body}"


def filled(folder: Path) -> Path:
    """Originals, copies before and after them by name, a correction, what is broken, and claims."""
    folder.mkdir()
    corrected = BODY.replace(
        "Acme Metals stopped production at its plant in Guangxi in March, when", "Later,"
    )
    texts = {
        "a1.txt": article("Licenses granted", "Harbor Post", BODY),
        "a2.txt": article("Gallium flows again!", "Daily Copy", BODY),
        "b1.txt": article("Tungsten", "Daily Copy", OTHER),
        "b2.md": article("Tungsten makers", "HARBOR POST", "From our partners.\n\n" + OTHER),
        "c1.txt": article("Licenses granted", "Harbor Post", corrected + NOTE),
        "c2.txt": article("Gallium flows again!", "Daily Copy", BODY),
        "d1.txt": article("Lieferungen", "Hafenbote", GERMAN),
        "e1.txt": " \n",
        "f1.rss": FEED,
        "g1.html": f"<html><title>Ore</title><body><article><p>{OTHER}</p></article></body></html>",
    }
    for number in range(6):
        firm = f"Metals {number} of Nanning"
        texts[f"h{number}.txt"] = article(
            f"Halt {number}",
            f"Paper {number % 3}",
            f"{firm} stopped production of gallium in March, its owner said. Beijing has granted {firm} an "
            f"export license for Company {number}.\n",
        )
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "d2.txt").write_bytes(b"\xff\xfe\x00broken")
    claim = {
        "type": "license_granted",
        "roles": {"producer": "a company in Baotou", "customer": "Volkswagen"},
        "attribution": [{"kind": "publisher", "name": "Harbor Post"}],
        "document": {"title": "A list"},
    }
    (folder / "g2.json").write_text(json.dumps([claim]), encoding="utf-8")
    return folder


def taken_plainly(folder: Path, store: Path) -> Ingest:
    with Writer(store) as writer:
        ingest = Ingest(writer, extractor=SpacyExtractor())
        ingest.run([folder])
    return ingest


def told(store: Path) -> set[str]:
    """All quads of a store, active or not, but for when they were recorded, and the ontology."""
    snapshot = Reader(store).current()
    quads = [*snapshot.main, *snapshot.archive]
    return {
        str(quad)
        for quad in quads
        if quad.predicate.value != LS.recorded and str(quad.graph_name) != f"<{ONTOLOGY}>"
    }

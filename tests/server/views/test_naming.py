"""Things are called what documents, facts or the reference data that ship call them."""

from pathlib import Path

from kg.dataset.snapshots import Reader
from kg.dataset.terms import Statement, iri
from kg.dataset.upkeep.reference import replace_reference
from kg.dataset.writer import Writer
from ontology.vocab import RDFS
from server.naming import Namer

LABEL = iri(RDFS + "label")


def test_reference_data_are_called_by_their_names(tmp_path: Path) -> None:
    place = "https://sws.geonames.org/1/"
    with Writer(tmp_path / "store") as writer:
        firm = f"{writer.names.reference}/organization/works"
        named = [(firm, '"Werk"@de'), (firm, '"Works"@en'), (firm, '"A works"'), (place, '"Städtchen"@de')]
        replace_reference(writer, [Statement(iri(of), LABEL, text) for of, text in named])
        writer.commit()
    namer = Namer(Reader(tmp_path / "store").current())
    assert namer.label(firm) == "Works"
    assert namer.iri_view(firm).text == "Works"
    assert namer.iri_view(place).text == "Städtchen"
    assert namer.iri_view(f"{firm}-2").text == "reference/organization/works-2"
    assert namer.iri_view("https://sws.geonames.org/2/").text == "https://sws.geonames.org/2/"

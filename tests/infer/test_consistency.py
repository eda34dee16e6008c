import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import ConsistencyError
from kg.infer import consistency
from kg.infer.consistency import check_consistency
from ontology.vocab import LS, OWL, RDF, RDFS, XSD

A = "<http://example.org/a>"
TYPE = f"<{RDF}type>"


def lines(*triples: tuple[str, str, str]) -> str:
    return "".join(f"{s} {p} {o} .\n" for s, p, o in triples)


def test_the_ontology_is_consistent_and_coherent() -> None:
    found = check_consistency()
    assert found.consistent, found.explanation
    assert found.unsatisfiable == ()
    assert found.coherent
    assert found.explanation == ""


def test_good_data_are_consistent_dates_and_moments_included() -> None:
    data = lines(
        ("<http://example.org/event>", TYPE, f"<{LS.LicenseGranted}>"),
        ("<http://example.org/event>", f"<{LS.producer}>", A),
        ("<http://example.org/event>", f"<{LS.earliest}>", f'"2025-04-21"^^<{XSD}date>'),
        ("<http://example.org/event>", f"<{LS.quantityValue}>", f'"4.0"^^<{XSD}double>'),
        (A, f"<{LS.holdsLicenseFor}>", "<http://example.org/b>"),
        ("<http://example.org/c>", f"<{LS.recorded}>", f'"2025-05-14T09:00:00.123456Z"^^<{XSD}dateTime>'),
        (A, f"<{RDFS}label>", '"a company in Baotou"@en'),
    )
    assert check_consistency(data).coherent


def test_one_thing_in_two_disjoint_classes_is_found_and_named() -> None:
    data = lines((A, TYPE, f"<{LS.LegalEntity}>"), (A, TYPE, f"<{LS.CorporateGroup}>"))
    found = check_consistency(data)
    assert not found.consistent
    assert not found.coherent
    assert A in found.explanation
    assert f"<{LS.LegalEntity}>" in found.explanation
    assert f"<{LS.CorporateGroup}>" in found.explanation


def test_a_contradiction_that_only_inference_shows_is_found_with_its_grounds() -> None:
    # a producer is a party by its role, and no party is an event
    data = lines((A, TYPE, f"<{LS.NoComment}>"), ("<http://example.org/event>", f"<{LS.producer}>", A))
    found = check_consistency(data)
    assert not found.consistent
    assert f"<{LS.Party}> (<http://example.org/event> <{LS.producer}> {A})" in found.explanation


def test_two_modalities_of_one_claim_contradict_each_other() -> None:
    data = lines((A, f"<{LS.modality}>", f"<{LS.Asserted}>"), (A, f"<{LS.modality}>", f"<{LS.Hedged}>"))
    found = check_consistency(data)
    assert not found.consistent
    assert found.explanation


def test_a_literal_that_is_no_value_of_its_datatype_is_found() -> None:
    found = check_consistency(lines((A, f"<{LS.position}>", f'"first"^^<{XSD}integer>')))
    assert not found.consistent
    assert "first" in found.explanation


def test_an_unsatisfiable_class_is_found_and_explained() -> None:
    planted = "<http://example.org/GroupEntity>"
    data = lines(
        (planted, TYPE, f"<{OWL}Class>"),
        (planted, f"<{RDFS}subClassOf>", f"<{LS.LegalEntity}>"),
        (planted, f"<{RDFS}subClassOf>", f"<{LS.CorporateGroup}>"),
    )
    found = check_consistency(data)
    assert found.consistent
    assert found.unsatisfiable == ("http://example.org/GroupEntity",)
    assert not found.coherent
    assert f"under <{LS.CorporateGroup}> and under <{LS.LegalEntity}>" in found.explanation


def test_a_property_that_can_hold_of_nothing_is_found() -> None:
    planted = "<http://example.org/both>"
    data = lines(
        (planted, TYPE, f"<{OWL}ObjectProperty>"),
        (planted, f"<{RDFS}domain>", f"<{LS.Event}>"),
        (planted, f"<{RDFS}domain>", f"<{LS.Party}>"),
    )
    found = check_consistency(data)
    assert found.consistent
    assert found.unsatisfiable == ("http://example.org/both",)


def test_imports_are_not_fetched() -> None:
    nowhere = "<http://127.0.0.1:9/ontology>"  # the discard port: fetching it fails
    data = lines((A, TYPE, f"<{OWL}Ontology>"), (A, f"<{OWL}imports>", nowhere))
    assert check_consistency(data).coherent


def test_what_is_not_ntriples_is_refused() -> None:
    with pytest.raises(ConsistencyError, match="not N-Triples"):
        check_consistency("@prefix : <http://example.org/> . :a a :B .")


def test_a_failure_of_the_reasoner_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MEMORY", "1")  # a heap that no Java machine starts with
    with pytest.raises(ConsistencyError, match="HermiT failed"):
        check_consistency()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the children of this process from /proc")
def test_a_deadline_ends_the_java_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class Recorded(subprocess.Popen[str]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[call-overload]
            started.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    with pytest.raises(ConsistencyError, match=r"not done after 0\.01 s"):
        check_consistency(timeout=0.01)
    assert len(started) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
    assert not Path(f"/proc/{started[0]}").exists()

import pytest

from kg.claims.claim import ClaimType
from kg.extract.lexicon.frames import Path, lexicon, parse_lexicon

SMALL = """
classes: {license: [license]}
frames:
  - {type: license_granted, verbs: [hand out], where: {object: license}, roles: {licensee: [to/party, "on"]}}
"""


def test_a_frame_is_read_with_its_particle_and_paths() -> None:
    [(key, [frame])] = parse_lexicon(SMALL).frames.items()
    assert key == ("VERB", "hand", "out")
    assert frame.type is ClaimType.LICENSE_GRANTED
    assert frame.where == (Path(("object",), "license"),)
    assert frame.roles[0][1] == (Path(("to",), "party"), Path(("on",)))


def test_an_unknown_type_or_role_is_refused() -> None:
    with pytest.raises(ValueError, match="license_grunted"):
        parse_lexicon(SMALL.replace("license_granted", "license_grunted"))
    with pytest.raises(ValueError, match="licencee"):
        parse_lexicon(SMALL.replace("licensee", "licencee"))


def test_every_class_that_a_path_names_exists() -> None:
    words = lexicon()
    built_in = {"party", "place", "name", "number", "any", "power", "site", "known", "we"}
    paths = [p for frames in words.frames.values() for f in frames for _, ps in f.roles for p in ps]
    paths += [p for frames in words.frames.values() for f in frames for p in f.where]
    paths += [p for roles in words.around.values() for _, ps in roles for p in ps]
    assert {test for p in paths if p.test for test in p.test.split("|")} <= built_in | set(words.classes)

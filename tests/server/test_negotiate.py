import pytest

from server.formats import GRAPHS, RESULTS, by_name, offers
from server.gate.negotiate import Offer, accepts_html, choose, parse_accept, quality

TURTLE, JSON, HTML = (
    Offer("text/turtle", "turtle"),
    Offer("application/json", "json"),
    Offer("text/html", "html"),
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, TURTLE),
        ("", TURTLE),
        ("*/*", TURTLE),
        ("application/json", JSON),
        ("application/json;q=0.5, text/turtle;q=0.4", JSON),
        ("application/json;q=0.4, text/turtle;q=0.5", TURTLE),
        ("text/turtle;q=0, */*", JSON),
        ("text/*;q=0.2, application/json;q=0.1", TURTLE),
        ("text/*;q=0.9, text/turtle;q=0.1, application/json;q=0.5", HTML),
        ("APPLICATION/JSON", JSON),
        ('application/json;profile="x";q=0.9, text/turtle;q=0.8', JSON),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("text/turtle;q=much", None),
        ("nonsense, application/json", JSON),
        (BROWSER, HTML),
    ],
)
def test_the_best_offer_is_chosen(accept: str | None, expected: Offer | None) -> None:
    assert choose(accept, (TURTLE, JSON, HTML)) == expected


def test_the_most_exact_range_counts() -> None:
    ranges = parse_accept("*/*;q=0.1, text/*;q=0.2, text/turtle;q=0.3")
    assert [quality(ranges, t) for t in ("text/turtle", "text/html", "image/png")] == [0.3, 0.2, 0.1]


def test_no_offer_is_no_choice() -> None:
    assert choose("*/*", ()) is None


def test_only_who_names_html_gets_it() -> None:
    assert accepts_html(BROWSER)
    assert not accepts_html("*/*")
    assert not accepts_html(None)
    assert not accepts_html("text/html;q=0, */*")


def test_every_media_type_of_a_format_leads_to_it() -> None:
    for formats in (RESULTS, GRAPHS):
        for form in formats:
            for media_type in form.media_types:
                chosen = choose(media_type, offers(formats))
                assert chosen is not None
                assert chosen.name == form.name


def test_formats_go_by_many_names() -> None:
    assert [f.name for n in ("ttl", "json-ld", "rdf+xml", "N-Triples") if (f := by_name(GRAPHS, n))] == [
        "turtle",
        "jsonld",
        "rdfxml",
        "ntriples",
    ]
    assert by_name(RESULTS, "banana") is None

"""Entity tags that say what a body is, not its bytes alone."""

from tests.server.writing import Clients, server

__all__ = ["server"]  # a fixture

GRAPHS = ("turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml")


def test_no_two_formats_have_one_tag(server: Clients) -> None:
    for path in ("/sparql", "/ontology"):
        found = {}
        for name in GRAPHS:
            response = server.client.get(f"{path}?format={name}")
            found[name] = response.headers["ETag"]
            kept = server.client.get(f"{path}?format={name}", headers={"If-None-Match": found[name]})
            assert kept.status_code == 304
        assert len(set(found.values())) == len(GRAPHS), path

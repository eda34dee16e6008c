"""Whatever a client sends is answered as the specification says, or refused with a reason."""

import json
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        (
            "",
            " ",
            "\x00",
            "\ud800",
            "\u202e",
            "磁材",
            "JL MAG",
            "a" * 1000,
            "<b>",
            "'\"\\",
            "urn:x",
            "\uff21",
            "ß",
            "🧲",
        )
    ),
)
VALUE = st.one_of(
    ODD, st.booleans(), st.integers(), st.floats(), st.none(), st.fixed_dictionaries({"id": ODD})
)
PROPERTY = st.fixed_dictionaries({"pid": ODD, "v": st.one_of(VALUE, st.lists(VALUE, max_size=3))})
QUERY = st.one_of(
    VALUE,
    st.fixed_dictionaries(
        {"query": ODD},
        optional={
            "type": st.one_of(ODD, st.lists(ODD, max_size=2)),
            "limit": st.one_of(st.integers(-2, 10**30), st.floats()),
            "properties": st.one_of(st.none(), st.lists(PROPERTY, max_size=3)),
            "type_strict": st.sampled_from(("any", "all", "should", "no", None)),
        },
    ),
)
EXTENSION = st.fixed_dictionaries(
    {
        "ids": st.one_of(ODD, st.lists(ODD, max_size=3)),
        "properties": st.lists(st.fixed_dictionaries({"id": ODD}), max_size=3),
    }
)


def sent(client: FlaskClient, parameter: str, data: Any) -> None:
    response = client.post("/reconcile", data={parameter: json.dumps(data)})
    while response.status_code == 503 and "being made" in response.get_json()["detail"]:
        response = client.post("/reconcile", data={parameter: json.dumps(data)})
    told = json.loads(response.get_data(as_text=True))
    assert response.status_code in (200, 400, 413, 422), told
    if response.status_code == 200 and parameter == "queries":
        assert set(told) == set(data)
        for one in told.values():
            assert all(0 <= found["score"] <= 100 for found in one["result"])
    elif response.status_code == 200:
        assert set(told["rows"]) == set(data["ids"])
    else:
        assert told["detail"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(ODD, QUERY, max_size=3))
@example({"\ud800": {"query": "JL MAG"}})
@example({"q": {"query": "\ud800"}})
@example({"q": {"query": "JL", "properties": [{"pid": "\ud800", "v": ["\ud800"]}]}})
def test_odd_batches(client: FlaskClient, batch: dict[str, Any]) -> None:
    sent(client, "queries", batch)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXTENSION)
@example({"ids": ["\ud800"], "properties": []})
@example({"ids": ["urn:x"], "properties": [{"id": "\ud800"}]})
def test_odd_extensions(client: FlaskClient, asked: dict[str, Any]) -> None:
    sent(client, "extend", asked)

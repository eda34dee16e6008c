from pathlib import Path
from typing import Any

import pytest

from server.config import Config, ShowDocuments, is_loopback
from server.errors import ConfigError

STORE = Path("store")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])  # noqa: S104 - refused here
def test_a_public_address_asks_for_a_switch(host: str) -> None:
    with pytest.raises(ConfigError, match="other machines"):
        Config(store=STORE, host=host)
    assert Config(store=STORE, host=host, public=True).documents is ShowDocuments.QUOTE


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_a_loopback_address_does_not(host: str) -> None:
    assert is_loopback(host)
    assert Config(store=STORE, host=host).documents is ShowDocuments.WHOLE


def test_the_setting_for_documents_goes_first() -> None:
    assert Config(store=STORE, show_documents=ShowDocuments.QUOTE).documents is ShowDocuments.QUOTE


@pytest.mark.parametrize(
    "nonsense",
    [
        {"workers": 0},
        {"timeout": 0},
        {"timeout": -1},
        {"port": 70000},
        {"waiting": -1},
        {"memory": 0},
        {"result": 0},
    ],
)
def test_nonsense_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        Config(store=STORE, **nonsense)
    assert caught.value.setting in nonsense

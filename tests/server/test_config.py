from pathlib import Path
from typing import Any

import pytest

from server.config import Config, ShowDocuments, is_loopback, load_config
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
        {"outbound": ("https://a.example/#0",)},
        {"outbound": ("https://a.example/#likely",)},
    ],
)
def test_nonsense_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        Config(store=STORE, **nonsense)
    assert caught.value.setting in nonsense


def test_a_flag_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "lodestone.toml"
    file.write_text(
        'port = 1\ntimeout = 1.5\nmemory = 64\noutbound = ["https://a.example/"]\npublic = true\n'
    )
    environment = {"LODESTONE_PORT": "2", "LODESTONE_TIMEOUT": "2.5", "LODESTONE_TOKEN": "secret"}
    config = load_config({"port": "3", "workers": None}, file=file, environment=environment)
    assert (config.port, config.timeout, config.memory) == (3, 2.5, 64 * 2**20)
    assert (config.public, config.outbound, config.workers) == (True, ("https://a.example/",), 2)
    assert config.token == "secret"  # noqa: S105 - no secret
    assert "secret" not in repr(config)
    named = load_config({}, environment={"LODESTONE_CONFIG": str(file)})
    assert (named.port, named.timeout) == (1, 1.5)


@pytest.mark.parametrize(
    ("environment", "setting"),
    [
        ({"LODESTONE_PORT": "x"}, "port"),
        ({"LODESTONE_PUBLIC": "perhaps"}, "public"),
        ({"LODESTONE_SHOW_DOCUMENTS": "some"}, "show_documents"),
        ({"LODESTONE_TIMEOUT": "nan"}, "timeout"),
        ({"LODESTONE_CONFIG": "/no/such/file"}, "config"),
    ],
)
def test_what_makes_no_sense_is_told(environment: dict[str, str], setting: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({}, environment=environment)
    assert caught.value.setting == setting


@pytest.mark.parametrize("line", ["prot = 1", 'token = "x"', "port ="])
def test_a_file_that_makes_no_sense_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "lodestone.toml"
    file.write_text(line)
    with pytest.raises(ConfigError, match=r"lodestone\.toml"):
        load_config({}, file=file, environment={})


def test_rates_are_for_public_addresses() -> None:
    assert Config(store=STORE).most_a_second == 0
    assert Config(store=STORE, host="192.0.2.7", public=True).most_a_second == 50
    assert Config(store=STORE, rate=3.0).most_a_second == 3

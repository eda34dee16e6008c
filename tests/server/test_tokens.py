"""Tokens: made, shown, revoked; never kept as they are."""

import json
from pathlib import Path

import pytest

from kg.errors import StoreError
from server.gate.tokens import FILE, Identity, Scope, TokenError, Tokens


def test_a_token_is_known_until_it_is_revoked(tmp_path: Path) -> None:
    tokens, other = Tokens(tmp_path), Tokens(tmp_path)
    token = tokens.make("desk", Scope.WRITE)
    assert other.identify(token) == Identity("desk", Scope.WRITE)
    assert [entry.name for entry in other.entries()] == ["desk"]
    tokens.revoke("desk")
    assert other.identify(token) is None


def test_only_a_hash_is_kept_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    token = Tokens(tmp_path).make("desk", Scope.READ)
    file = tmp_path / FILE
    assert token.partition(".")[2] not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_other_token_is_known(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token = tokens.make("desk", Scope.ADMIN)
    for other in (token[:-1], f"{token}x", f"x{token}", token.partition(".")[0], "", ".", "é"):
        assert tokens.identify(other) is None


def test_the_servers_own_token_is_an_administrators(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path, "given")
    assert tokens.identify("given") == Identity("LODESTONE_TOKEN", Scope.ADMIN)
    assert tokens.identify("gibven") is None
    assert Tokens(tmp_path, "").identify("") is None


def test_scopes_hold_those_below() -> None:
    reach = {scope: [other for other in Scope if scope.allows(other)] for scope in Scope}
    assert reach == {
        Scope.READ: [Scope.READ],
        Scope.WRITE: [Scope.READ, Scope.WRITE],
        Scope.ADMIN: [Scope.READ, Scope.WRITE, Scope.ADMIN],
    }


def test_names(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.make("desk", Scope.READ)
    for name in ("desk", "", "a\nb", "x" * 65):
        with pytest.raises(TokenError):
            tokens.make(name, Scope.READ)
    with pytest.raises(TokenError):
        tokens.revoke("nobody")


def test_a_broken_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"tokens": [{"id": "x"}]}), encoding="utf-8")
    with pytest.raises(StoreError):
        Tokens(tmp_path).identify("x.y")

"""The known word that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"; do you mean 'producer'?"`` for ``prodcer``, or nothing where no known word is near."""
    near = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f"; do you mean {near[0]!r}?" if near else ""

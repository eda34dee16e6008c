"""Answers of endpoints, kept on disk: one JSON file for each question."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.dataset.files import write_json


@dataclass(frozen=True)
class Kept:
    """An answer, SPARQL results in JSON, and when it was given."""

    body: bytes
    fetched: datetime

    @property
    def days(self) -> float:
        """How old it is."""
        return (datetime.now(UTC) - self.fetched).total_seconds() / 86400


@dataclass(frozen=True)
class AnswerCache:
    """A folder of answers; made when the first one is kept."""

    folder: Path

    def get(self, endpoint: str, query: str) -> Kept | None:
        """The answer to a question, however old; ``None`` if there is none that can be read."""
        try:
            held: dict[str, Any] = json.loads(self._file(endpoint, query).read_text(encoding="utf-8"))
            if (held["endpoint"], held["query"]) != (endpoint, query):
                return None
            fetched = datetime.fromisoformat(held["fetched"])
            return Kept(json.dumps(held["answer"]).encode(), fetched.astimezone(UTC))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, endpoint: str, query: str, body: bytes) -> None:
        """Keep an answer, SPARQL results in JSON."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {
            "endpoint": endpoint,
            "query": query,
            "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
            "answer": json.loads(body),
        }
        write_json(self._file(endpoint, query), held)

    def _file(self, endpoint: str, query: str) -> Path:
        return self.folder / f"{hashlib.sha256(f'{endpoint} {query}'.encode()).hexdigest()}.json"

"""SPARQL Update by POST to ``/sparql``: the administrator's raw tool, for base data only."""

from flask import Response, request

from server.gate.tokens import Scope
from server.processes.writes import UpdateWrite
from server.protocol import UpdateRequest
from server.recorded import digest, recorded, told


def answer_update(asked: UpdateRequest) -> Response:
    """Carry an update out, whole or not at all."""
    text = asked.update
    with recorded(Scope.ADMIN, "update") as by:
        done = by.run(
            UpdateWrite(
                text=text,
                base=request.base_url,
                default_graphs=asked.default_graphs,
                named_graphs=asked.named_graphs,
            ),
            **digest(text.encode()),
        )
    return told(done)

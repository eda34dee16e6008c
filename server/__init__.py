"""The HTTP face: the only package that imports Flask. Importing it opens and starts nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.config import Config

__all__ = ["serve"]


def serve(config: "Config") -> None:
    """Serve until SIGINT or SIGTERM: see ``server.run.serve``, which is imported only now."""
    from server.run import serve as run  # noqa: PLC0415

    run(config)

"""Structured logs: one JSON object a line, on standard error."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from server.gate.bridge import BrokenOff

log: FilteringBoundLogger = structlog.get_logger("lodestone")
"""Where the server logs what happens: ``log.info("event", field=value)``."""


def set_up(out: TextIO = sys.stderr) -> None:
    """Send what is logged here, and by libraries, to a file as JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_is_news)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Not that an answer broke off, as uvicorn tells it once more: whoever broke it off has said why."""
    return not (record.exc_info and isinstance(record.exc_info[1], BrokenOff))

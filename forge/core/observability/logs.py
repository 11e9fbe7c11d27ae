"""Log formatters, for people or as JSON, with the ids of the request and the build."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter

from forge.core.observability.log_context import build_id, request_id

LINES = Counter("forge_log_lines_total", "Logged lines, by level: errors are what to look at.", ["level"])


class RequestContextFilter(logging.Filter):
    """Adds the ids of the request and the build to each record, and counts records by level."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        record.build_id = build_id.get()
        LINES.labels(record.levelname.lower()).inc()
        return True


class TextFormatter(logging.Formatter):
    """Formats records as text, with the ids at the end."""

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).split("\n")
        ids = " ".join(f"{name}={value}" for name, value in _ids(record).items())
        return "\n".join([f"{first} [{ids}]" if ids else first, *more])


class JsonFormatter(logging.Formatter):
    """Formats each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_ids(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _ids(record: logging.LogRecord) -> Mapping[str, str]:
    ids = {name: getattr(record, name, "") for name in ("request_id", "build_id")}
    return {name: value for name, value in ids.items() if value}

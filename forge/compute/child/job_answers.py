"""The answers of the compiler's process to jobs."""

from __future__ import annotations

import json
from typing import IO, Any


class Answers:
    """Writes a job's answers, one JSON line each."""

    def __init__(self, out: IO[str], job: int) -> None:
        self._out = out
        self._job = job

    def send(self, event: str, **data: Any) -> None:
        self._out.write(json.dumps({"id": self._job, "event": event, **data}, separators=(",", ":")) + "\n")
        self._out.flush()

"""The ids of the request and of the build that are worked on, for the lines of the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; "" outside of one."""

build_id: ContextVar[str] = ContextVar("build_id", default="")
"""The id of the build or preview that is being worked on; "" outside of one."""


@contextmanager
def log_context_of_build(build: object) -> Iterator[None]:
    """Adds the id of a build or preview to log records in this context."""
    token = build_id.set(str(build))
    try:
        yield
    finally:
        build_id.reset(token)

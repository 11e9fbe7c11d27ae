"""Waiting for what must happen in another thread or process."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.support.patience import PATIENCE


def wait_until(is_true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Returns as soon as something is true. Fails where it does not become true."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"It did not happen: {what}."
        time.sleep(0.02)

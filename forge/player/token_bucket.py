"""A token bucket: a burst, then a rate per second. The caller supplies the time."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class TokenBucket:
    """A bucket of turns that fills up again."""

    a_second: float
    at_once: float
    _turns: float = field(init=False)
    _at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._turns = self.at_once

    def take(self, now: float) -> bool:
        """Takes a turn at `now` seconds, on a clock that never goes back; False when there is none."""
        if self._at is not None:
            self._turns = min(self.at_once, self._turns + (now - self._at) * self.a_second)
        self._at = now
        if self._turns < 1:
            return False
        self._turns -= 1
        return True

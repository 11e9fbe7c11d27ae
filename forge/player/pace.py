"""A token bucket: a burst, then a rate per second. The caller supplies the time."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PlayerPace:
    """A bucket of turns that fills up again."""

    a_second: float
    at_once: float
    _left: float = field(init=False)
    _at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = self.at_once

    def take(self, now: float) -> bool:
        """Takes a turn at `now` seconds, on a clock that never goes back; False when there is none."""
        if self._at is not None:
            self._left = min(self.at_once, self._left + (now - self._at) * self.a_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

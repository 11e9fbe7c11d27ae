"""The limits of a candidate. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rune.devices.boards.fit import Needs
from rune.wording import size_text


@dataclass(frozen=True)
class DeviceLimits:
    """The most of each, None where there is no limit: bytes of RAM and of flash, and instructions of one run."""

    ram: int | None = None
    flash: int | None = None
    instructions: int | None = None
    are_chosen: bool = True
    """Whether somebody chose one of them. The memory of a board alone says what is possible, not what is wanted."""

    def within(self, ram: int, flash: int) -> DeviceLimits:
        """Returns the limits on a board with this memory: where no limit or a larger one was chosen, the memory is the
        limit."""
        own_ram, own_flash = min(self.ram or ram, ram), min(self.flash or flash, flash)
        are_chosen = own_ram < ram or own_flash < flash or self.instructions is not None
        return DeviceLimits(own_ram, own_flash, self.instructions, are_chosen)

    def excesses(self, needs: Needs) -> Mapping[str, float]:
        """By how much each limit is exceeded, as a share of it; 0 or less where it is not."""
        return {name: need / limit - 1 for name, need, limit in self._limited(needs)}

    def reason(self, needs: Needs) -> str | None:
        """A sentence on the limits that are exceeded, or None if there are none."""
        parts = [
            f"{_NAMES[name]} {_text(name, need)} of at most {_text(name, limit)}"
            for name, need, limit in self._limited(needs)
            if need > limit
        ]
        return "; ".join(parts) or None

    @property
    def compared_names(self) -> Sequence[str]:
        """The needs by which candidates are compared beside their accuracy: none where a chosen limit says what may be
        used, else all."""
        has_chosen = self.are_chosen and any(getattr(self, name) is not None for name in _NAMES)
        return [] if has_chosen else list(_NAMES)

    def compared_needs(self, needs: Needs) -> tuple[int, ...]:
        """Returns these needs; 0 stands for instructions that were not counted."""
        return tuple(getattr(needs, name) or 0 for name in self.compared_names)

    def _limited(self, needs: Needs) -> Iterator[tuple[str, int, int]]:
        for name in _NAMES:
            need, limit = getattr(needs, name), getattr(self, name)
            if need is not None and limit is not None:
                yield name, need, limit


_NAMES = {"ram": "RAM", "flash": "flash", "instructions": "instructions"}


def _text(name: str, value: int) -> str:
    return f"{value:,}" if name == "instructions" else size_text(value)

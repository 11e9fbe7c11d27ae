"""The devices that a candidate has to fit: one, or the two boards of a search. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lab.refusal import Reason, Refused
from lab.search.limits import COUNTED, DeviceLimits
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs

MAX_BOARDS = 2


@dataclass(frozen=True)
class SearchDevice:
    """A core on which candidates are counted, with its limits. `name` is that of its board; "" without one."""

    target: str
    limits: DeviceLimits
    name: str = ""


@dataclass(frozen=True)
class SearchDevices:
    """The devices of a search. Candidates have to be within the limits of both, and are compared by what they need on
    the first.

    `needs` of its methods are those of one candidate on each device, in the order of the devices; those on the second
    may be missing.
    """

    first: SearchDevice
    second: SearchDevice | None = None

    @property
    def all(self) -> tuple[SearchDevice, ...]:
        """The first, and the second if there is one."""
        return (self.first,) if self.second is None else (self.first, self.second)

    def count(self, needs_on: Callable[[str], Needs]) -> tuple[Needs, ...]:
        """Returns the needs on each device, which `needs_on` counts for a target: once where both have the same
        core."""
        by_target = {target: needs_on(target) for target in dict.fromkeys(each.target for each in self.all)}
        return tuple(by_target[each.target] for each in self.all)

    def excesses(self, needs: Sequence[Needs]) -> Mapping[str, float]:
        """Returns by how much each limit is exceeded, as a share of it, on the device where it is exceeded most; 0
        or less where it is not."""
        largest: dict[str, float] = {}
        for device, own in zip(self.all, needs, strict=False):
            for name, excess in device.limits.excesses(own).items():
                largest[name] = max(excess, largest.get(name, excess))
        return largest

    def reason(self, needs: Sequence[Needs]) -> str | None:
        """A sentence on the limits that are exceeded, which names the board where there are two; None if there are
        none."""
        parts = [
            part if self.second is None else f"{part} on {device.name}"
            for device, own in zip(self.all, needs, strict=False)
            for part in device.limits.excess_texts(own)
        ]
        return "; ".join(parts) or None

    @property
    def compared_names(self) -> Sequence[str]:
        """The needs by which candidates are compared beside their accuracy: none where a chosen limit says what may be
        used, else all that are counted."""
        return [] if any(each.limits.has_choice for each in self.all) else list(COUNTED)

    def compared_needs(self, needs: Needs) -> tuple[int, ...]:
        """Returns these needs on the first device; 0 stands for instructions that were not counted."""
        return tuple(getattr(needs, name) or 0 for name in self.compared_names)


def devices_on(boards: Sequence[Board], limits: DeviceLimits, milliseconds: float | None = None) -> SearchDevices:
    """Returns one or two boards with the limits on each: instructions, and the `milliseconds` of a run, are limited on
    the first. Raises `Refused` for more boards, and for the same one twice."""
    if len(boards) > MAX_BOARDS:
        raise Refused(Reason.SETTINGS, f"A search has one or two boards, and not {len(boards)}.")
    first, *others = boards
    if first in others:
        raise Refused(
            Reason.SETTINGS, f"Both boards of the search are {first.name}. Choose another second board, or none."
        )
    memory = replace(limits, instructions=None, time=None)
    devices = [SearchDevice(each.target, memory.within(each), each.name) for each in others]
    return SearchDevices(SearchDevice(first.target, limits.within(first, milliseconds), first.name), *devices)

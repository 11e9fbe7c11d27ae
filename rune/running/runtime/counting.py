"""Takes the counts of a rune that counts its answers. Its memory is foreign: each address is checked."""

from __future__ import annotations

from struct import calcsize

from wasmtime import Func, Store, ValType

from rune.abi import WATCH_EXPORT
from rune.running.runtime.errors import NotARune
from rune.running.runtime.wasm.calls import EntryPoint, Imports
from rune.running.runtime.wasm.guest_memory import GuestMemory
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout
from rune.watch.record import counts_of_numbers

_WORD = calcsize("<I")


class RuneCounters:
    """The counters of a loaded rune, between its runs."""

    def __init__(self, layout: WatchLayout, memory: GuestMemory, find: EntryPoint) -> None:
        """`find` asks the rune for the address of its counters."""
        self.find = find
        self._layout = layout
        self._memory = memory

    @staticmethod
    def of(layout: WatchLayout | None, store: Store, imports: Imports, export: object) -> RuneCounters | None:
        """The counters of a rune with these bins and this export; None for a rune without either. Raises `NotARune`
        for an export that gives no address."""
        if layout is None or not isinstance(export, Func):
            return None
        if export.type(store).results != [ValType.i32()]:
            raise NotARune(f"the module exports {WATCH_EXPORT} with another result than the ABI")
        return RuneCounters(layout, imports.memory, EntryPoint(store, imports, WATCH_EXPORT, export))

    def take(self) -> Counts:
        """Returns the counts at the address that `find` gave, and sets them to 0. Raises `RuneError` for an address
        outside of the rune's memory."""
        address, count = self._address(), sum(self._layout.sizes)
        numbers = self._memory.read_words(WATCH_EXPORT, address, count)
        self._memory.write(WATCH_EXPORT, address, bytes(count * _WORD))
        return counts_of_numbers(numbers, self._layout)

    def labels(self) -> tuple[int, ...]:
        """Returns the counts of labels, which stay. Raises `RuneError` as `take` does."""
        return self._memory.read_words(WATCH_EXPORT, self._address(), self._layout.sizes[0])

    def _address(self) -> int:
        address = self.find.result
        if address % _WORD:
            raise NotARune(f"the address of {WATCH_EXPORT} is not a multiple of {_WORD}")
        return address

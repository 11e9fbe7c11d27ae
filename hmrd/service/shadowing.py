"""Has a rune run beside the one that answers, as the machine says, and counts where both agree.

Everything here runs in the thread of the daemon's loop, and hands what happened to it. Nothing runs beside while the
server wants no counts: what the rune would answer were seen by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hmrd.config.model import RuneConfig
from hmrd.protocol.wanted import Telemetry
from hmrd.running.checks import layout_of, limits
from hmrd.running.runner import RuneRunner
from hmrd.running.shadow.comparison import labels_missing
from hmrd.running.shadow.memory import available_memory, bounded, memory_short
from hmrd.running.shadow.runner import ShadowHooks, ShadowRunner
from hmrd.service.counting import RuneCounting
from hmrd.service.device import LocalDevice
from hmrd.shadow_events import RunShadow, ShadowFailed, ShadowStarted
from hmrd.state import MachineEvent, SlotDamaged
from hmrd.storage.slots import Slots
from rune.watch.layout import LabelBins
from rune.watch.pairs import LabelPairs, PairBins

END_SECONDS = 0.5
"""Seconds for which a daemon that stops waits for a run that is under way."""


class Shadowing:
    """The rune beside the one of a service. `post` has the machine take an event, and `look_again` has the service look
    what is to be done."""

    def __init__(
        self,
        device: LocalDevice,
        config: RuneConfig,
        slots: Slots,
        counting: RuneCounting,
        post: Callable[[MachineEvent], None],
        look_again: Callable[[], None],
    ) -> None:
        self._device, self._config, self._slots, self._counting = device, config, slots, counting
        self._post, self._look_again = post, look_again
        self._shadow: ShadowRunner | None = None
        self._beside: RuneRunner | None = None
        """The runner that answers, beside which it runs."""

    def follow(self, command: RunShadow | None, answering: RuneRunner | None) -> None:
        """Has the rune of a command run beside the one that answers, and no other one."""
        is_off = self._counting.mode is Telemetry.OFF
        if command is None or answering is None or answering.inputs is None or answering.is_stopping or is_off:
            self.stop()
            return
        if self._shadow is not None:
            rune = self._shadow.rune.rune
            if self._beside is not answering or rune != command.rune.rune or self._shadow.is_stopping:
                self.stop()  # `_ended` goes on.
            return
        self._start(command, answering)

    def stop(self) -> None:
        """Has it stop after the run that is under way."""
        if self._beside is not None:
            self._beside.tap = None
        if self._shadow is not None:
            self._shadow.begin_to_stop()

    def close(self) -> None:
        """Stops it as the daemon stops, which waits for no slow rune."""
        self.stop()
        if self._shadow is not None:
            self._shadow.join(END_SECONDS)

    def status(self) -> dict[str, Any] | None:
        """Returns what a person at the device sees of it; None while nothing runs beside."""
        shadow = self._shadow
        if shadow is None or not shadow.is_alive:
            return None
        return {"version": shadow.rune.version, "rune": shadow.rune.rune, "compared": shadow.compared}

    def _start(self, command: RunShadow, answering: RuneRunner) -> None:
        digest = command.rune.rune
        data = self._slots.read(command.slot, command.rune)
        if data is None:
            self._post(SlotDamaged(self._now(), command.slot))
            return
        available = available_memory()
        bins, bins_beside = answering.label_bins, layout_of(data).labels
        problem = memory_short(data, available) or labels_missing(bins, bins_beside)
        if problem is not None or bins is None or bins_beside is None or answering.inputs is None:
            if problem is not None:
                self._post(ShadowFailed(self._now(), digest, problem))
            return
        self._beside = answering
        self._shadow = ShadowRunner(
            command.rune,
            data,
            answering.inputs,
            PairBins.of(bins, bins_beside),
            bounded(limits(self._config.seconds), available),
            self._hooks(answering.rune.rune, digest, bins, bins_beside),
        )
        answering.tap = self._shadow.tap

    def _hooks(self, answering: str, beside: str, bins: LabelBins, bins_beside: LabelBins) -> ShadowHooks:
        pair_bins = PairBins.of(bins, bins_beside)

        def count(seconds: float, pairs: LabelPairs) -> None:
            self._counting.add_pairs(seconds, (answering, beside), pair_bins, pairs)

        return ShadowHooks(
            on_started=lambda: self._post(ShadowStarted(self._now(), beside)),
            on_failed=lambda problem: self._post(ShadowFailed(self._now(), beside, problem)),
            on_ended=self._look_again,
            on_pairs=count,
        )

    def forget_ended(self) -> None:
        """Forgets a runner that ended, so that another one can start."""
        if self._shadow is not None and not self._shadow.is_alive:
            self.stop()
            self._shadow = self._beside = None

    def _now(self) -> float:
        return self._device.clock.now()

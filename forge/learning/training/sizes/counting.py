"""Counts settings in a process of `lab`, beside the request that asks for them, and keeps the figures.

A request never waits for a count: it gets the figures that are there, and asks again. One count runs at a time, and
organisations take turns."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from django.core.cache import cache

from forge.compute.pool.answer_reading import ModelNeedsJson
from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import Party, SlotScheduler
from forge.compute.workdir import workdir
from forge.core.errors import DiskFull, TooOften
from forge.core.http.asgi.lifespan import server_stopping
from forge.core.json_shape import has_shape
from forge.learning.lab_jobs.process import LabDied, LabRefused, ask_lab, lab_variables
from forge.learning.lab_jobs.waiting import waiting_compiler
from forge.learning.training.running.possible import MOST, are_possible_needs
from forge.learning.training.sizes.candidates import SizeCandidate

_log = logging.getLogger(__name__)

SECONDS = 120.0
"""The longest that one count may take; usually it takes three seconds."""
CACHE_SECONDS = 30 * 24 * 3600
"""How long figures are kept."""
FAILED_SECONDS = 20
"""The time after which a count is tried again whose process ended without an answer."""
MAX_WAITING = 6
"""Counts of one organisation that wait or run."""
LONGEST_REFUSAL = 500
BACKBONE = "backbone.tflite"


class SizeEventJson(TypedDict):
    """The event of a counted candidate: its needs, or why it cannot be counted."""

    event: str
    key: str
    target: str
    model: NotRequired[int]
    needs: NotRequired[ModelNeedsJson]
    refusal: NotRequired[str]


class SizesCountedJson(TypedDict):
    """The last answer of a count."""

    counted: int


def prepare_counting() -> None:
    """Starts the process that counts, for a page that asks for figures as soon as its script runs."""
    waiting_compiler.prepare(lab_variables())


class SizeCounter:
    """The counts of this process. Safe from any thread."""

    def __init__(self) -> None:
        self._scheduler = SlotScheduler(1, places=1, short=3.0, half_life=10.0, head_start=1.0, sharing=sharing)
        self._lock = threading.Lock()
        self._counting: dict[str, str] = {}
        """The organisation of each candidate that waits or is counted, by its key."""
        self._counts: dict[str, int] = {}
        """How many counts of an organisation wait or run."""
        self._is_open = True

    def needs_of(
        self, party: Party, candidates: Sequence[SizeCandidate], backbone: bytes = b""
    ) -> list[SizeEventJson | None]:
        """The needs of each candidate; None for those that are counted now, for whose sake the caller asks again.

        Raises `TooOften` where the organisation has too many counts already."""
        stored_counts = cache.get_many([_cache_key(each) for each in candidates])
        answers = [_stored_answer(stored_counts.get(_cache_key(each))) for each in candidates]
        missing = [each for each, answer in zip(candidates, answers, strict=True) if answer is None]
        if missing:
            self._begin(party, missing, backbone)
        return answers

    def close(self) -> None:
        """Begins no further count."""
        self._is_open = False

    def _begin(self, party: Party, missing: Sequence[SizeCandidate], backbone: bytes) -> None:
        organisation = str(party.organisation)
        with self._lock:
            new = [each for each in missing if each.key not in self._counting]
            if not new or not self._is_open:
                return
            if self._counts.get(organisation, 0) >= MAX_WAITING:
                raise TooOften(
                    "Too many sizes are being counted in this organisation. Try again in a moment.", retry_after=3
                )
            self._counts[organisation] = self._counts.get(organisation, 0) + 1
            self._counting |= {each.key: organisation for each in new}
        threading.Thread(target=self._count, args=(party, new, backbone), daemon=True, name="size-counter").start()

    def _count(self, party: Party, candidates: Sequence[SizeCandidate], backbone: bytes) -> None:
        organisation = str(party.organisation)
        try:
            with self._scheduler.claim(party) as slot:
                slot.wait(lambda: not self._is_open)
                if self._is_open:
                    _ask(candidates, backbone)
        except Exception:
            _log.exception("The sizes of a recipe were not counted")
        finally:
            with self._lock:
                for each in candidates:
                    self._counting.pop(each.key, None)
                self._counts[organisation] -= 1
                if not self._counts[organisation]:
                    del self._counts[organisation]


def _ask(candidates: Sequence[SizeCandidate], backbone: bytes) -> None:
    """Counts candidates of one shape, and keeps each figure as it comes."""
    shape = candidates[0].shape
    by_key = {each.key: each for each in candidates}
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="sizes-") as name:
        file = Path(name) / BACKBONE
        if shape.backbone.path:
            file.write_bytes(backbone)
        request = {
            "action": "sizes",
            "recipe": shape.recipe,
            "form": shape.form,
            "labels": shape.labels,
            "columns": shape.columns,
            "backbone": shape.backbone.path,
            "file": str(file),
            "candidates": [
                {"key": each.key, "arguments": dict(each.arguments), "targets": [each.target]} for each in candidates
            ],
        }

        def receive(event: Any) -> None:
            if is_possible_size(event, by_key):
                cache.set(_cache_key(by_key[event["key"]]), event, CACHE_SECONDS)

        reason = "The process that counts ended without a figure."
        try:
            ask_lab(
                request,
                SizesCountedJson,
                seconds=SECONDS,
                tick=lambda: None,
                report=lambda _share, _text: None,
                receive=receive,
                work="count of sizes",
                waiting=waiting_compiler,
            )
        except (LabRefused, LabDied, DiskFull) as error:
            reason = str(error)[:LONGEST_REFUSAL]
        finally:
            prepare_counting()
    for each in candidates:
        failure = {"event": "size", "key": each.key, "target": each.target, "refusal": reason}
        cache.add(_cache_key(each), failure, FAILED_SECONDS)


def is_possible_size(event: Any, candidates: Mapping[str, SizeCandidate]) -> bool:
    """Returns whether an event of a process says what one of these candidates can need."""
    if not has_shape(event, SizeEventJson) or event["event"] != "size":
        return False
    candidate = candidates.get(event["key"])
    if candidate is None or candidate.target != event["target"]:
        return False
    if "needs" not in event or "model" not in event:
        return 0 < len(event.get("refusal", "")) <= LONGEST_REFUSAL
    return "refusal" not in event and 0 <= event["model"] < MOST and are_possible_needs(event["needs"])


def _stored_answer(value: Any) -> SizeEventJson | None:
    return cast(SizeEventJson, value) if has_shape(value, SizeEventJson) else None


def _cache_key(candidate: SizeCandidate) -> str:
    return f"training-size:{candidate.key}"


size_counter = SizeCounter()
server_stopping.register(size_counter.close)

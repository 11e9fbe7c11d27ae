"""A run for which memory does not suffice begins again with half the batch, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lab.refusal import Reason, Refused
from lab.training.preparing import PreparedRun
from lab.training.run import TrainedModel

SMALLEST_BATCH = 1


def train_within_memory(
    run: PreparedRun, attempt: Callable[[PreparedRun], TrainedModel], send: Callable[[Mapping[str, Any]], None]
) -> tuple[PreparedRun, TrainedModel]:
    """The trained model, and the run that gave it: `run`, or where its memory did not suffice the same with half
    the batch. `attempt` trains a run; `send` gets the event `begun-again` and a note for people.

    Raises `Refused`, and what `attempt` raises.
    """
    try:
        return run, attempt(run)
    except Refused as refused:
        smaller = with_half_batch(run, refused)
        batch = smaller.settings.values["batch"]
        send({"event": "note", "text": f"{refused} The run began again with batches of {batch}."})
        send({"event": "begun-again", "values": dict(smaller.settings.values)})
    return smaller, attempt(smaller)


def with_half_batch(run: PreparedRun, refusal: Refused) -> PreparedRun:
    """The same run with smaller batches. Raises the refusal where memory was not the reason, or nothing is smaller."""
    batch = int(run.settings.values.get("batch", 0))  # an estimator has none
    if refusal.reason is not Reason.OUT_OF_MEMORY or batch <= SMALLEST_BATCH:
        raise refusal
    values = {**run.settings.values, "batch": batch // 2}
    training = replace(run.training, arguments={**run.training.arguments, "batch": batch // 2})
    return replace(run, training=training, settings=replace(run.settings, values=values))

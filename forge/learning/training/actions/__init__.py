"""The acts of training. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.learning.training.actions.runs import (
    RequestedRun,
    begin_run,
    cancel_run,
    cancel_run_now,
    discard_run,
    pause_run,
    resume_run,
    stop_run,
    train_again,
)
from forge.learning.training.actions.using import use_model

__all__ = [
    "RequestedRun",
    "begin_run",
    "cancel_run",
    "cancel_run_now",
    "discard_run",
    "pause_run",
    "resume_run",
    "stop_run",
    "train_again",
    "use_model",
]

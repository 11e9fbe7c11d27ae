"""A job as a step sees it: what to do, the files that came with it, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

Json = Any
Report = Callable[[float, str], None]
"""Takes the share of the work that is done, from 0 to 1, and a sentence about what is done next."""


class ChildCommand(StrEnum):
    """A command to a working step. The value is one byte on a pipe."""

    STOP = "s"
    """End early, with what there is."""
    PAUSE = "p"
    """Save from what another process goes on, and end."""


@dataclass(frozen=True)
class ChildJob:
    """One step. `inputs` and `outputs` are paths in the child's folder, by name; a step need not write all outputs. An
    input may still be computed when the step begins: looking it up waits for it."""

    folder: Path
    spec: Mapping[str, Json]
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    report: Report
    send: Callable[[Mapping[str, Json]], None] = lambda _event: None
    """Sends an event to the process that started the step."""
    save: Callable[[str], None] = lambda _name: None
    """Hands the output of a name over as it is now; it is whole on disk when this returns."""
    command: Callable[[], ChildCommand | None] = lambda: None
    """Returns the command of the process that started the step, or None. Each command is returned once."""

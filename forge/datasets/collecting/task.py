"""The task of a phone: a label, a sensor, duration and count. Checked values, without a database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forge.core.errors import Invalid
from forge.datasets.consent_terms import DEFAULT_DAYS, DEFAULT_PURPOSES, MAX_DAYS, Purpose, checked_purposes
from forge.datasets.models.samples import SampleKind
from forge.datasets.samples.actions.add import checked_word

SOUND_RATE = 16_000
"""Hz of a sound that a phone records."""
MOTION_RATES = (25, 50, 100)
"""Rows a second that motion may be recorded at."""
DEFAULT_MOTION_RATE = 50
SHORTEST, LONGEST = 200, 30_000
"""Milliseconds of a sound or a motion."""
MAX_RECORDINGS = 500
HINT_LIMIT = 200
MAX_TABS = 40
"""Labels that a phone shows beside each other."""


@dataclass(frozen=True)
class Task:
    """A task. `rate` is in Hz or rows a second, and 0 for pictures."""

    kind: SampleKind
    label: str = ""
    milliseconds: int = 1500
    rate: int = SOUND_RATE
    wanted: int = 20
    hint: str = ""
    days: int = DEFAULT_DAYS
    purposes: frozenset[Purpose] = DEFAULT_PURPOSES
    """The purposes that it asks for. A person who records may leave out all but tests and training."""
    tabs: tuple[str, ...] = ()
    """The labels that the phone shows as tabs, with a button to hold; none: one label, after a countdown."""
    is_of_things: bool = False
    """Whether things are recorded, and not people."""


def checked_task(task: Task) -> Task:
    """Returns the task with single spaces and with the rate of its sensor. Raises `Invalid`."""
    if task.kind != SampleKind.PICTURE and not SHORTEST <= task.milliseconds <= LONGEST:
        raise Invalid(f"A recording lasts {SHORTEST / 1000:g} to {LONGEST / 1000:g} seconds.")
    if not 1 <= task.wanted <= MAX_RECORDINGS:
        raise Invalid(f"Ask for 1 to {MAX_RECORDINGS} recordings.")
    if not 0 <= task.days <= MAX_DAYS:
        raise Invalid(f"Samples are kept for 1 to {MAX_DAYS} days, or until somebody deletes them (0).")
    if task.kind == SampleKind.MOTION and task.rate not in MOTION_RATES:
        raise Invalid(f"Motion is recorded with {', '.join(map(str, MOTION_RATES))} rows a second.")
    rate = {SampleKind.SOUND: SOUND_RATE, SampleKind.PICTURE: 0}.get(task.kind, task.rate)
    hint = " ".join(task.hint.split())
    if len(hint) > HINT_LIMIT or not hint.isprintable():
        raise Invalid(f"The instruction has at most {HINT_LIMIT} printable characters.")
    milliseconds = 0 if task.kind == SampleKind.PICTURE else task.milliseconds
    label, purposes = checked_word(task.label, "label"), checked_purposes(task.purposes)
    tabs = tuple(dict.fromkeys(word for each in task.tabs if (word := checked_word(each, "label"))))
    if len(tabs) > MAX_TABS:
        raise Invalid(f"A phone shows at most {MAX_TABS} labels.")
    return replace(task, label=label, milliseconds=milliseconds, rate=rate, hint=hint, purposes=purposes, tabs=tabs)

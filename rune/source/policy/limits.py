"""The limits that a `forge.yml` can set: each with its unit, its documentation and how it is named. The figure that a
limit is compared with is found by `MeasuredFigures.of` in `judging`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from rune.source.policy.quantities import COUNT, RATE, SHARE, SIZE, TIME, Measure


class Names(Enum):
    """The things for which a limit is set, where there are several. The value is the noun."""

    LABEL = "label"
    TARGET = "target"


class LimitKind(StrEnum):
    """The kind of a limit. The value is the key in the file."""

    SIZE = "size"
    MEMORY = "memory"
    INFERENCE_TIME = "inference-time"
    ACCURACY = "accuracy"
    RECALL = "recall"
    FALSE_ALARMS = "false-alarms-per-hour"
    FLASH = "flash"
    RAM = "ram"
    INSTRUCTIONS = "instructions"

    @property
    def declaration(self) -> LimitDeclaration:
        return _DECLARATIONS[self]

    @property
    def is_least(self) -> bool:
        """Whether more is better: the limit is the least that is allowed."""
        return self.declaration.is_least

    @property
    def is_of_target(self) -> bool:
        """Returns whether it is of the package for one target, which the limit's label names."""
        return self.declaration.names is Names.TARGET


@dataclass(frozen=True)
class LimitDeclaration:
    """A limit. `title` is its name on pages, `meaning` its documentation, `suggestions` what an editor offers.

    `example` says how it is written for several names. `no_figure` says why a build has no figure for it.
    """

    title: str
    measure: Measure
    meaning: str
    suggestions: tuple[str, ...]
    is_least: bool = False
    names: Names | None = None
    example: str = ""
    no_figure: str = ""


_DECLARATIONS: Final[Mapping[LimitKind, LimitDeclaration]] = {
    LimitKind.SIZE: LimitDeclaration(
        "Size", SIZE, "The most bytes that the rune may have: `100 kB`.", ("100 kB", "500 kB", "1 MB")
    ),
    LimitKind.MEMORY: LimitDeclaration(
        "Memory", SIZE, "The most memory that a run may need: `64 kB`.", ("32 kB", "64 kB", "256 kB")
    ),
    LimitKind.INFERENCE_TIME: LimitDeclaration(
        "Inference time",
        TIME,
        "The most time that a run may take on the server, as a median: `10 ms`. "
        "A time within the noise of the measurement stops nobody.",
        ("1 ms", "10 ms", "100 ms"),
        no_figure="The inference time was not measured.",
    ),
    LimitKind.ACCURACY: LimitDeclaration(
        "Accuracy",
        SHARE,
        "The least share of the test samples that must be right: `95 %`.",
        ("95 %", "80 %", "90 %", "99 %"),
        is_least=True,
        no_figure="No test sample was run.",
    ),
    LimitKind.RECALL: LimitDeclaration(
        "Recall",
        SHARE,
        "For labels, the least share of their test samples that the model must recognise: `yes: 90 %`.",
        ("80 %", "90 %", "95 %", "99 %"),
        is_least=True,
        names=Names.LABEL,
        example="Such as `recall: {yes: 90 %}`: the least share of a label's samples that the model must recognise.",
        no_figure="No test sample with this label was run.",
    ),
    LimitKind.FALSE_ALARMS: LimitDeclaration(
        "False alarms",
        RATE,
        "The most false alarms in an hour of long recordings: `0.5`.",
        ("0", "0.5", "1"),
        no_figure="No recording that lasts longer than a window was run.",
    ),
    LimitKind.FLASH: LimitDeclaration(
        "Flash",
        SIZE,
        "For targets, the most flash that their package may take: `cortex-m4: 100 kB`.",
        ("64 kB", "100 kB", "256 kB"),
        names=Names.TARGET,
        example="Such as `flash: {cortex-m4: 100 kB}`: the most that the package for a target takes.",
    ),
    LimitKind.RAM: LimitDeclaration(
        "RAM",
        SIZE,
        "For targets, the most RAM, with the deepest stack: `cortex-m4: 16 kB`.",
        ("16 kB", "32 kB", "64 kB"),
        names=Names.TARGET,
        example="Such as `ram: {cortex-m4: 16 kB}`: the most that a run needs, with its stack.",
    ),
    LimitKind.INSTRUCTIONS: LimitDeclaration(
        "Instructions",
        COUNT,
        "For targets, the most instructions of a run: `cortex-m4: 10 M`.",
        ("1 M", "10 M", "100 M"),
        names=Names.TARGET,
        example="Such as `instructions: {cortex-m4: 10 M}`: the most of a run.",
    ),
}

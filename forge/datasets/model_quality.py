"""The quality of a model, on which recordings: the one record that all pages show. Pure, with the hook by which pages
of data ask for it.

A run is judged on the validation split, a numbered build on the test split (`forge.learning.quality`). Nothing else
computes an accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.projects.models import Project
from rune.datasets.splits import Split
from rune.statistics.intervals import wilson
from rune.wording import counted

NOT_READ = "not read"
"""How pages name a test split before any build read it."""


@dataclass(frozen=True)
class LabelQuality:
    """The number of correctly answered recordings of a label."""

    label: str
    right: int
    count: int

    @property
    def low(self) -> float:
        return wilson(self.right, self.count).low

    @property
    def high(self) -> float:
        return wilson(self.right, self.count).high


@dataclass(frozen=True)
class ModelQuality:
    """The number of recordings of a split that a rune answers correctly.

    `origin` is what was judged, such as "training run 3" or "build 4", and `url` its page.
    """

    split: Split
    right: int
    count: int
    origin: str
    url: str
    labels: tuple[LabelQuality, ...] = ()

    @property
    def share(self) -> float:
        return self.right / self.count

    @property
    def low(self) -> float:
        return wilson(self.right, self.count).low

    @property
    def high(self) -> float:
        return wilson(self.right, self.count).high

    @property
    def is_precise(self) -> bool:
        """Whether there were enough recordings for a narrow interval."""
        return wilson(self.right, self.count).is_precise

    @property
    def percent(self) -> str:
        """The share alone, such as `95.0 %`: for places that have the sentence beside it."""
        return f"{100 * self.share:.1f} %"

    @property
    def interval(self) -> str:
        """The 95 % interval in whole percent."""
        return f"{100 * self.low:.0f} to {100 * self.high:.0f} %"

    @property
    def sentence(self) -> str:
        """The count, the split and the 95 % interval, such as `19 of 20 validation recordings, 76 to 99 %`."""
        recordings = "recording" if self.count == 1 else "recordings"
        return f"{self.right:,} of {self.count:,} {self.split.value} {recordings}, {self.interval}"


def reads_text(builds: int) -> str:
    """Returns how often builds read the test split: `not read`, `read by 1 build`."""
    return f"read by {counted(builds, 'build')}" if builds else NOT_READ


@dataclass(frozen=True)
class ProjectQuality:
    """The quality of a project's newest model, where anything was judged, and how many builds read the test split."""

    quality: ModelQuality | None
    test_reads: int

    @property
    def reads(self) -> str:
        return reads_text(self.test_reads)


project_quality: Hook[[Actor, Project], ProjectQuality] = Hook()
"""Returns it for a person who reads the project. One app registers."""

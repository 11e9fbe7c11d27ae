"""The hooks of this floor: higher floors say what data lacks, what works with samples, and what learned from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.datasets.tally import SampleTally
from forge.projects.models import Project

data_advice: Hook[[Actor, Project, SampleTally], str] = Hook()
"""Returns a sentence about what the data lacks for training, with what to do; "" where it lacks nothing."""


@dataclass(frozen=True)
class SampleScope:
    """Samples of one data set, by their numbers."""

    data_set: UUID
    numbers: Collection[int]


class LearnerKind(StrEnum):
    """The kinds of things that learn from samples, in the order in which one comes of the other."""

    RUN = "training run"
    CONVERSION = "conversion"
    BUILD = "build"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True)
class Learner:
    """Something that learned from samples, or contains a model that did."""

    kind: LearnerKind
    project: Project
    title: str
    url: str
    detail: str = ""
    """The digest of a model, the number of a version."""
    doubt: str = ""
    """The reason why it may not have learned from them; "" where it did."""


work_stoppers: Hook[[SampleScope, str], Sequence[str]] = Hook()
"""Stops whatever works with the samples at this moment, in the caller's transaction, which has the data set locked.
The text says why. Returns a sentence for each thing that was stopped."""

learners: Hook[[SampleScope], Sequence[Learner]] = Hook()
"""Returns what learned from samples, in any project. The samples may be deleted already."""

sample_traces: Hook[[SampleScope], None] = Hook()
"""Deletes what higher floors stored about single samples, in the caller's transaction, which has the data set
locked."""

file_traces: Hook[[UUID, Collection[str]], None] = Hook()
"""Deletes what stored files say about single samples of a data set, named by the digests of their recordings. Runs
after the transaction that deleted the samples, and again each minute until their bytes are gone, so it may find nothing
to do."""


def interrupt(scope: SampleScope, reason: str) -> list[str]:
    """Stops everything that works with samples; returns a sentence for each."""
    return [sentence for sentences in work_stoppers.call(scope, reason) for sentence in sentences]


def find_learners(scope: SampleScope) -> list[Learner]:
    """Everything that learned from samples, in the order of their kinds."""
    all_learners = [learner for group in learners.call(scope) for learner in group]
    order = list(LearnerKind)
    return sorted(all_learners, key=lambda each: order.index(each.kind))

"""The uses of samples: one rule, which each use asks (`SampleQuerySet.for_use`)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from forge.datasets.consent_terms import Purpose
from rune.datasets.calibration import CALIBRATION_SPLITS
from rune.datasets.splits import Split


class SampleUse(StrEnum):
    """Something that is done with the bytes of samples, or with what is computed from them."""

    EVALUATION = "evaluation"
    """A build is tested on them."""
    ANALYSIS = "analysis"
    """Samples are compared with each other, and the current build answers them. No model of the project learns from
    them."""
    TRAINING = "training"
    """A training run or a search learns from them, or chooses by them. Neither reads a test sample."""
    BINS = "bins"
    """The bins of a rune's counts come from the training samples, and its reference from the test samples."""
    CALIBRATION = "calibration"
    """The ranges of a quantised model come from them."""
    VERSION = "version"
    """The samples are part of a version that is saved."""
    EXPORT = "export"
    """The samples leave the server for a member: an export, `rune data pull`, a notebook."""
    READERS = "readers"
    """Somebody who is no member of the project sees or hears them."""
    ASSISTANTS = "assistants"
    """An outside assistant reads them, or what is computed from their values."""


class UsePlace(StrEnum):
    """The place where samples are used."""

    HERE = "here"
    """The project for which they were given."""
    OTHER_PROJECT = "other project"
    """Another project that uses the same data."""


@dataclass(frozen=True)
class UseRule:
    """The samples that a use may have. A sample for tests needs a consent for tests, another one for training, unless
    any of both is enough; `also` is needed besides."""

    splits: Set[Split] = frozenset(Split)
    needs_purpose_of_split: bool = True
    also: Purpose | None = None


RULES: Mapping[SampleUse, UseRule] = {
    SampleUse.EVALUATION: UseRule(frozenset({Split.TEST})),
    SampleUse.ANALYSIS: UseRule(needs_purpose_of_split=False),
    SampleUse.TRAINING: UseRule(frozenset({Split.TRAIN, Split.VALIDATION})),
    SampleUse.BINS: UseRule(),
    SampleUse.CALIBRATION: UseRule(frozenset(CALIBRATION_SPLITS)),
    SampleUse.VERSION: UseRule(),
    SampleUse.EXPORT: UseRule(),
    SampleUse.READERS: UseRule(also=Purpose.READERS),
    SampleUse.ASSISTANTS: UseRule(also=Purpose.ASSISTANTS),
}

_FIELDS = {
    Purpose.TESTS: "consent__for_tests",
    Purpose.TRAINING: "consent__for_training",
    Purpose.READERS: "consent__for_readers",
    Purpose.OTHER_PROJECTS: "consent__for_other_projects",
    Purpose.ASSISTANTS: "consent__for_assistants",
}


def use_condition(use: SampleUse, place: UsePlace = UsePlace.HERE, now: datetime | None = None) -> Q:
    """The condition on samples that a use may have: their consent is in force and covers it.

    It says nothing of whether the bytes are stored, nor of labels.
    """
    rule = RULES[use]
    condition = in_force(now) & Q(split__in=sorted(rule.splits))
    if rule.needs_purpose_of_split:
        condition &= covers_split()
    if rule.also is not None:
        condition &= Q(**{_FIELDS[rule.also]: True})
    if place is UsePlace.OTHER_PROJECT:
        condition &= Q(**{_FIELDS[Purpose.OTHER_PROJECTS]: True})
    return condition


def in_force(now: datetime | None = None) -> Q:
    """The condition on samples whose consent was not withdrawn and has not ended."""
    return Q(consent__withdrawn=None) & (Q(consent__ends=None) | Q(consent__ends__gt=now or timezone.now()))


def covers_split() -> Q:
    """The condition on samples whose consent covers the split that they are in."""
    is_test = Q(split=Split.TEST.value)
    return is_test & Q(**{_FIELDS[Purpose.TESTS]: True}) | ~is_test & Q(**{_FIELDS[Purpose.TRAINING]: True})

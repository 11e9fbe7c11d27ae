"""The form of a model that is suggested: never one that was calibrated or judged on random numbers. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from forge.learning.conversions.kinds import FLOAT
from forge.learning.models import ConvertedForm
from rune.datasets.calibration_kind import RANDOM_NUMBERS, STATIC_FORMS, calibrated_on, judged_on

ANSWERS_CHANGE = 20.0
"""Decibels below which answers begin to change."""


def calibrated_on_of(form: ConvertedForm) -> str:
    """The kind of numbers on which the ranges of a form were measured; "" for a form without ranges."""
    samples = _samples(form)
    if form.calibrated_on and samples.get("kind") == "recordings":
        samples = {**samples, "is_guess": False}
    return calibrated_on(samples, is_static=form.form in STATIC_FORMS)


def judged_on_of(form: ConvertedForm) -> str:
    """The kind of numbers on which the figures of a form were measured."""
    return judged_on(_samples(form))


def is_judged_on_random(form: ConvertedForm) -> bool:
    """Returns whether the figures of a form are of random numbers."""
    return judged_on_of(form) == RANDOM_NUMBERS


def is_calibrated_on_random(form: ConvertedForm) -> bool:
    """Returns whether the ranges of a form are those of random numbers."""
    return calibrated_on_of(form) == RANDOM_NUMBERS


def suggested_form(forms: Sequence[ConvertedForm]) -> ConvertedForm | None:
    """The form with the smallest arena whose results are close to the float model's, or None if no other form is, or
    nothing but random numbers says so."""
    close = [
        form
        for form in forms
        if form.form != FLOAT
        and form.figures
        and form.figures["arena"]
        and form.figures["output"] >= ANSWERS_CHANGE
        and not is_judged_on_random(form)
        and not is_calibrated_on_random(form)
    ]
    return min(close, key=_cost, default=None)


def instructions_of(form: ConvertedForm) -> float:
    """The fewest instructions of one run among the targets on which they are counted; infinite on none."""
    counts = [needs["instructions"] for needs in form.needs.values() if needs.get("instructions")]
    return min(counts, default=math.inf)


def _cost(form: ConvertedForm) -> tuple[int, int, float, int, int]:
    """The highest accuracy on validation samples first, where labels are known; then the fewest that changed, and the
    fewest instructions, where they are counted."""
    figures = form.figures
    return -(figures.get("right") or 0), figures["changed"], instructions_of(form), figures["arena"], form.size


def _samples(form: ConvertedForm) -> Mapping[str, Any]:
    """The facts about the samples of a form: those of its own record, since a later form of the conversion may have
    others; else those of its conversion."""
    record: Mapping[str, Any] = form.provenance.get("samples") or {}
    own: Mapping[str, Any] = form.conversion.description.get("samples") or {}
    if record.get("kind") not in (None, own.get("kind")):
        return {"is_guess": record["kind"] == "random", **record}
    return {**own, **({"is_guess": record["is_guess"]} if "is_guess" in record else {})}

"""Facts about a model's input that its conversion established: layout, range and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forge.learning.models import ConvertedForm
from rune.wording import counted, quoted


def known_labels(form: ConvertedForm) -> Sequence[str]:
    """The labels of the samples on which forms were compared, in the order of the model's classes."""
    return [str(each) for each in _samples(form).get("classes", ())]


def known_facts(form: ConvertedForm) -> list[str]:
    """Sentences about the inputs, for the person who chooses presets."""
    return [*_layouts(form), *_ranges(form)]


def _layouts(form: ConvertedForm) -> list[str]:
    conversion = form.conversion.description.get("conversion") or {}
    return [
        f"The source has {quoted(each['name'])} as {_sizes(each['source_shape'])}; the converted model reads "
        f"{_sizes(each['shape'])}."
        for each in conversion.get("inputs", ())
        if each.get("source_shape") and each["source_shape"] != each["shape"]
    ]


def _ranges(form: ConvertedForm) -> list[str]:
    samples = _samples(form)
    ranges = samples.get("ranges", ())
    if not ranges:
        return []
    text = ", ".join(f"{low:.3g} to {high:.3g}" for low, high in ranges)
    if samples.get("kind") == "files":
        return [f"Its ranges were measured on the samples that were sent: the input went from {text}."]
    if samples.get("is_guess") or samples.get("kind") != "recordings":
        return [f"Its ranges were measured on random numbers from {text}, which say nothing about the right preset."]
    count = counted(samples.get("calibration", 0), "sample")
    stage = samples.get("stage")
    front = f" that the stages in front of {quoted(stage)} computed" if stage else ""
    return [f"Its ranges were measured on {count} of the project{front}: the input went from {text}."]


def _samples(form: ConvertedForm) -> Mapping[str, Any]:
    samples: Mapping[str, Any] = form.conversion.description.get("samples") or {}
    return samples


def _sizes(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))

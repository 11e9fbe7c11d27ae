"""Augmentations as JSON, and the body that comes in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.learning.augmentation.actions import AugmentedSample
from forge.learning.augmentation.lab_answers import AugmentedWindowJson
from forge.learning.training.serializers import LearningSerializer
from rune.source.policy.sections.training import MAX_SEED


class AugmentationExampleJson(AugmentedWindowJson):
    """A window of a sample before and after augmentation."""

    sample: Annotated[int | None, "its number in the project; `null` for a part of one, or one of another project"]


class AugmentationJson(TypedDict):
    """A few samples before and after the augmentation of a recipe."""

    kind: Annotated[str, "of the samples: `sound`, `picture` or `motion`"]
    examples: list[AugmentationExampleJson]


class DrawAugmentationSerializer(LearningSerializer):
    """The settings of a run whose augmentation is drawn."""

    seed = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, required=False, default=0, help_text="another one gives other draws"
    )
    begins_with_model = serializers.BooleanField(
        required=False, default=False, help_text="whether the run begins with a model of Keras"
    )


def augmentation_to_json(kind: str, examples: list[AugmentedSample]) -> AugmentationJson:
    """The examples of samples of this kind."""
    return {"kind": kind, "examples": [_example_to_json(each) for each in examples]}


def _example_to_json(example: AugmentedSample) -> AugmentationExampleJson:
    recording = example.recording
    return {
        "sample": example.sample,
        "label": recording["label"],
        "shape": recording["shape"],
        "low": recording["low"],
        "high": recording["high"],
        "original": recording["original"],
        "draws": recording["draws"],
    }

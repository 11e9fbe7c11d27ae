"""Augmentations as JSON, and the body that comes in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.learning.augmentation.actions import AugmentedSample
from forge.learning.augmentation.lab_answers import AugmentedInputJson
from rune.digests import DIGEST_LENGTH
from rune.source.policy.sections.training import MAX_SEED


class AugmentationExampleJson(TypedDict):
    """A window of a sample before and after augmentation."""

    sample: Annotated[int | None, "its number in the project; `null` for a part of one, or one of another project"]
    label: str
    shape: Annotated[list[int], "frames and bands of a sound, rows and axes of motion; height, width and channels"]
    low: float
    high: float
    original: AugmentedInputJson
    draws: list[AugmentedInputJson]


class AugmentationJson(TypedDict):
    """A few samples before and after the augmentation of a recipe."""

    kind: Annotated[str, "of the samples: `sound`, `picture` or `motion`"]
    examples: list[AugmentationExampleJson]


class DrawAugmentationSerializer(serializers.Serializer[None]):
    """The settings of a run whose augmentation is drawn."""

    recipe = serializers.CharField(max_length=40)
    arguments = serializers.DictField(
        child=serializers.FloatField(), required=False, default=dict, help_text="others have their defaults"
    )
    version = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="of the data; the newest if not given"
    )
    data_digest = serializers.CharField(
        max_length=DIGEST_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="the digest of a version, also of another project's data; it goes before `version`",
    )
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
    drawn = example.drawn
    return {
        "sample": example.sample,
        "label": drawn["label"],
        "shape": drawn["shape"],
        "low": drawn["low"],
        "high": drawn["high"],
        "original": drawn["original"],
        "draws": drawn["draws"],
    }

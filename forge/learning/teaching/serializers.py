"""The JSON of what a rune can be taught, and the last layer that comes in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.learning.teaching.actions import TaughtLabel, TaughtLayer
from forge.learning.teaching.limits import EXAMPLES, MAX_EXAMPLES, MAX_LABELS, MAX_WEIGHT
from forge.learning.teaching.project import TeachableProject
from rune.datasets.label_names import WORD_LIMIT
from rune.digests import DIGEST_LENGTH
from rune.model.tflite.embedding import MAX_FEATURES


class TeachableJson(TypedDict):
    """The labels and the last layer of a rune that can be taught."""

    digest: Annotated[str, "names what the rune sees; it comes back with what was taught"]
    model: str
    features: Annotated[int, "numbers that the last layer reads"]
    labels: Annotated[list[str], "those that the rune knows now; empty where the Runefile has none"]
    examples: Annotated[int, "examples of a label that are needed before it can be saved"]


class TaughtLabelSerializer(serializers.Serializer[None]):
    """A label that was taught. `recognised` counts examples that were recognised when they were left out."""

    name = serializers.CharField(max_length=WORD_LIMIT, trim_whitespace=True)
    examples = serializers.IntegerField(min_value=EXAMPLES, max_value=MAX_EXAMPLES)
    recognised = serializers.IntegerField(min_value=0, max_value=MAX_EXAMPLES)


class TaughtLayerSerializer(serializers.Serializer[None]):
    """A last layer that was taught in a page."""

    digest = serializers.CharField(max_length=DIGEST_LENGTH)
    labels = TaughtLabelSerializer(many=True)
    weights = serializers.ListField(
        child=serializers.ListField(
            child=serializers.FloatField(min_value=-MAX_WEIGHT, max_value=MAX_WEIGHT), max_length=MAX_FEATURES
        ),
        max_length=MAX_LABELS,
        help_text="a row for each label, a number for each feature",
    )
    biases = serializers.ListField(
        child=serializers.FloatField(min_value=-MAX_WEIGHT, max_value=MAX_WEIGHT), max_length=MAX_LABELS
    )

    def layer(self) -> TaughtLayer:
        """The valid layer."""
        data = self.validated_data
        labels = [TaughtLabel(each["name"], each["examples"], each["recognised"]) for each in data["labels"]]
        return TaughtLayer(data["digest"], labels, data["weights"], data["biases"])


def teachable_to_json(teachable: TeachableProject) -> TeachableJson:
    """Returns what the rune can be taught, as JSON."""
    return {
        "digest": teachable.digest,
        "model": teachable.model,
        "features": teachable.features,
        "labels": list(teachable.labels),
        "examples": EXAMPLES,
    }

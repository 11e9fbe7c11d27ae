"""A body's values have the types that the description names: nothing is taken for something else."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forge.core.api.body_types import require_described_types
from tests.support.cases import each_case


class BodyPart(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class BodyThing(serializers.Serializer[Any]):
    name = serializers.CharField()
    ratio = serializers.FloatField()
    is_open = serializers.BooleanField()
    kind = serializers.ChoiceField(choices=["a", "1"])
    owner = serializers.UUIDField()
    words = serializers.ListField(child=serializers.CharField())
    parts = BodyPart(many=True)


@each_case(
    "data",
    [
        {"name": "1", "ratio": 1, "is_open": False, "kind": "1", "owner": "x", "words": ["a"], "parts": [{"count": 3}]},
        {"name": None, "ratio": 0.5},
        {"words": [], "parts": []},
        {"words": "no list", "parts": 3},
        [],
        "text",
        None,
    ],
)
def test_what_is_described_passes_and_what_is_missing_is_left_to_the_fields(data: Any) -> None:
    require_described_types(BodyThing(), data)


@pytest.mark.protects("operation/unforeseen-requests")
@each_case(
    ("data", "field"),
    [
        ({"name": 1}, "name"),
        ({"name": True}, "name"),
        ({"ratio": "1"}, "ratio"),
        ({"ratio": True}, "ratio"),
        ({"is_open": 1}, "is_open"),
        ({"is_open": "true"}, "is_open"),
        ({"kind": 1}, "kind"),
        ({"owner": 5}, "owner"),
        ({"words": ["a", 2]}, "words"),
        ({"parts": [{"count": "3"}]}, "parts"),
        ({"parts": [{"count": 3.0}]}, "parts"),
    ],
)
def test_a_value_of_another_type_is_refused_under_its_field(data: Any, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        require_described_types(BodyThing(), data)
    assert set(error.value.detail) == {field}


@pytest.mark.protects("operation/unforeseen-requests")
@each_case(
    ("data", "place", "advice"),
    [
        ({"Name": "a"}, "Name", "Did you mean `name`?"),
        ({"is-opne": True}, "is-opne", "Did you mean `is_open`?"),
        ({"x": None}, "x", "The fields are `name`, `ratio`, "),
        ({"parts": [{"count": 1}, {"cuont": 2}]}, "parts[1].cuont", "Did you mean `count`?"),
        ({"x" * 5000: 1}, "x" * 100, "The fields are "),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_one(data: Any, place: str, advice: str) -> None:
    with pytest.raises(ValidationError) as error_info:
        require_described_types(BodyThing(), data)
    ((name, (message,)),) = error_info.value.detail.items()  # type: ignore[union-attr]
    assert name == place
    assert str(message).startswith("The field `")
    assert f"` is unknown. {advice}" in str(message)


def test_a_body_that_takes_more_fields_is_left_alone() -> None:
    class OpenBody(serializers.Serializer[Any]):
        takes_more_fields = True
        ask = serializers.CharField()

    require_described_types(OpenBody(), {"ask": "hover", "line": 3})

"""An event that is not as its type is declared is refused: by names on every server, by its whole shape in tests."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers

from forge.core.event_check import check_shape
from forge.core.event_schema import data_schemas, message_schemas
from forge.core.event_types import EventType, StreamKind, WrongEvent, declare, declared_types
from forge.core.events import append_event, event_checks, last_sequence
from tests.forge.made_events import COUNTED, HAPPENED


class Part(serializers.Serializer[Any]):
    """A part of what an event says."""

    name = serializers.CharField(allow_null=True)
    sizes = serializers.ListField(child=serializers.IntegerField())


SHAPED = EventType(
    "test.shaped",
    StreamKind.PROJECT,
    "It has one of everything.",
    stored={
        "part": Part(allow_null=True),
        "parts": Part(many=True),
        "at": serializers.DateTimeField(),
        "id": serializers.UUIDField(),
        "state": serializers.ChoiceField(["on", "off"]),
    },
    told={"more": Part()},
)
PART: dict[str, Any] = {"name": None, "sizes": [1, 2]}
RIGHT: dict[str, Any] = {
    "part": None,
    "parts": [PART],
    "at": "2026-11-21T02:34:26+00:00",
    "id": "7d1c7bd4-9f0e-4c38-9a86-0c2e7a0f9a2e",
    "state": "on",
}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (RIGHT | {"part": {"name": "a"}}, "sizes"),
        (RIGHT | {"part": PART | {"more": 1}}, "more"),
        (RIGHT | {"parts": [PART | {"sizes": ["1"]}]}, "integer"),
        (RIGHT | {"parts": None}, "array"),
        (RIGHT | {"id": "one"}, "uuid"),
        (RIGHT | {"state": "away"}, "away"),
        (RIGHT | {"more": None}, "more"),
        ({key: value for key, value in RIGHT.items() if key != "at"}, "at"),
        (RIGHT | {"unknown": 1}, "unknown"),
    ],
)
def test_another_shape_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongEvent, match=message):
        check_shape(SHAPED, data)


def test_the_declared_shape_is_taken_with_and_without_what_is_told() -> None:
    check_shape(SHAPED, RIGHT)
    check_shape(SHAPED, RIGHT | {"part": PART, "more": PART})
    check_shape(HAPPENED, {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stream", "data", "told"),
    [
        ("user:a", {"number": 1}, None),
        ("project:a", {}, None),
        ("project:a", {"number": 1, "more": 2}, None),
        ("project:a", {"number": 1, "word": "stored"}, None),
        ("project:a", {"number": 1}, {"more": 2}),
        ("project:a", {"number": "1"}, None),
    ],
)
def test_an_event_of_another_stream_or_with_other_fields_is_not_written(
    stream: str, data: dict[str, Any], told: dict[str, Any] | None
) -> None:
    with pytest.raises(WrongEvent):
        append_event(stream, COUNTED, data, told=told)
    assert last_sequence(stream) == 0


def test_a_name_is_declared_once_for_a_kind_of_stream() -> None:
    with pytest.raises(WrongEvent, match="twice"):
        declare(EventType("build.changed", StreamKind.PROJECT, "Once more."))


def test_all_tests_check_the_whole_shape() -> None:
    before = len(event_checks.call(COUNTED, {"number": 1}))
    assert before == 1


def test_the_description_has_the_data_of_each_type_and_the_choice_of_all_of_a_stream() -> None:
    types = declared_types()
    messages = message_schemas(types)
    data = data_schemas(types)
    for each in types:
        assert set(data[each.title].get("required", [])) == set(each.stored), each.name
        assert messages[f"{each.title}Event"]["properties"]["type"]["enum"] == [each.name]
    of_projects = messages["ProjectEvent"]["discriminator"]["mapping"]
    assert set(of_projects) == {each.name for each in types if each.stream == StreamKind.PROJECT}

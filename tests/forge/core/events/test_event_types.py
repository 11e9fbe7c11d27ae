"""An event that is not as its type is declared is refused: by names on every server, by its whole shape in tests."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

import pytest
from drf_spectacular.plumbing import ComponentRegistry

from forge.core.api.json_types import Uuid
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare, declared_types
from forge.core.events.errors import WrongEvent
from forge.core.events.log import append_event, event_checks, last_sequence
from forge.core.events.schema import message_schemas
from tests.support.api.event_check import check_shape
from tests.support.cases import each_case
from tests.support.forge.factories.events import COUNTED, HAPPENED, HappenedJson


class EventPartJson(TypedDict):
    """A part of what an event says."""

    name: str | None
    sizes: list[int]


class ShapedJson(TypedDict):
    """A type with a field of each kind."""

    part: EventPartJson | None
    parts: list[EventPartJson]
    id: Uuid
    state: Literal["on", "off"]
    more: NotRequired[EventPartJson]


SHAPE_EVENT = EventType("test.shaped", StreamKind.PROJECT, ShapedJson)
PART: dict[str, Any] = {"name": None, "sizes": [1, 2]}
RIGHT: dict[str, Any] = {
    "part": None,
    "parts": [PART],
    "id": "7d1c7bd4-9f0e-4c38-9a86-0c2e7a0f9a2e",
    "state": "on",
}


@each_case(
    ("data", "message"),
    [
        (RIGHT | {"part": {"name": "a"}}, "sizes"),
        (RIGHT | {"part": PART | {"more": 1}}, "more"),
        (RIGHT | {"parts": [PART | {"sizes": ["1"]}]}, "integer"),
        (RIGHT | {"parts": None}, "array"),
        (RIGHT | {"id": "one"}, "uuid"),
        (RIGHT | {"state": "away"}, "away"),
        (RIGHT | {"more": None}, "more"),
        ({key: value for key, value in RIGHT.items() if key != "id"}, "id"),
        (RIGHT | {"unknown": 1}, "unknown"),
    ],
)
def test_another_shape_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongEvent, match=message):
        check_shape(NewEvent(SHAPE_EVENT, data))


def test_the_declared_shape_is_taken_with_and_without_what_is_told() -> None:
    check_shape(NewEvent(SHAPE_EVENT, RIGHT))
    check_shape(NewEvent(SHAPE_EVENT, RIGHT | {"part": PART, "more": PART}))
    check_shape(HAPPENED())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stream", "data"),
    [
        ("user:a", {"number": 1}),
        ("project:a", {}),
        ("project:a", {"word": "without a number"}),
        ("project:a", {"number": 1, "more": 2}),
        ("project:a", {"number": "1"}),
    ],
)
def test_an_event_of_another_stream_or_shape_is_not_written(stream: str, data: dict[str, Any]) -> None:
    with pytest.raises(WrongEvent):
        append_event(stream, NewEvent(COUNTED, data))
    assert last_sequence(stream) == 0


@pytest.mark.parametrize("data", [{}, {"number": 1, "more": 2}])
def test_a_server_compares_the_names_of_fields(data: dict[str, Any]) -> None:
    with pytest.raises(WrongEvent):
        COUNTED.check("project:a", data)
    COUNTED.check("project:a", {"number": "any", "word": None})


@pytest.mark.django_db
def test_what_is_told_is_not_stored() -> None:
    assert append_event("project:a", COUNTED(number=1, word="one")).data == {"number": 1}


def test_a_name_is_declared_once_for_a_kind_of_stream() -> None:
    with pytest.raises(WrongEvent, match="twice"):
        declare(EventType("build.changed", StreamKind.PROJECT, HappenedJson))


def test_every_test_checks_the_whole_shape_of_its_events() -> None:
    with pytest.raises(WrongEvent):
        event_checks.call(NewEvent(COUNTED, {"number": "1"}))


def test_the_description_has_the_message_of_each_type_and_the_choice_of_all_of_a_stream() -> None:
    types, registry = declared_types(), ComponentRegistry()
    messages = message_schemas(types, registry)
    schemas = registry.build({})["schemas"]
    for kind in StreamKind:
        names = messages[f"{kind.name.capitalize()}Event"]["discriminator"]["mapping"]
        assert set(names) == {each.name for each in types if each.stream == kind}
        for each in types:
            if each.stream == kind:
                message = messages[names[each.name].rpartition("/")[2]]["properties"]
                assert message["type"]["enum"] == [each.name]
                assert set(schemas[message["data"]["$ref"].rpartition("/")[2]]["properties"]) == set(each.fields)


def test_each_type_says_what_it_means() -> None:
    assert [each.name for each in declared_types() if not each.payload_type.__doc__] == []

"""The event log gives numbers without gaps, no matter who writes and what is rolled back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from forge.core.events.delivery import group_of
from forge.core.events.log import append_event, events_after, last_sequence
from forge.core.models import Event
from tests.support.forge.factories.events import COUNTED, HAPPENED


class _LogUndone(Exception):
    pass


@pytest.mark.django_db
def test_each_stream_counts_from_one_by_itself() -> None:
    first = [append_event("project:a", HAPPENED()).sequence for _ in range(3)]
    other = append_event("project:b", HAPPENED()).sequence
    assert (first, other) == ([1, 2, 3], 1)
    assert last_sequence("project:a") == 3
    assert last_sequence("project:unknown") == 0


@pytest.mark.django_db
def test_events_after_a_number_come_in_order() -> None:
    for number in range(5):
        append_event("project:a", COUNTED(number=number))
    assert [event.sequence for event in events_after("project:a", 3)] == [4, 5]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_threads_leave_no_gap_even_when_some_take_their_event_back() -> None:
    def write(number: int) -> None:
        try:
            with transaction.atomic():
                append_event("project:a", COUNTED(number=number))
                if number % 5 == 0:
                    raise _LogUndone
        except _LogUndone:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(60)))
    numbers = list(Event.objects.filter(stream_id="project:a").values_list("sequence", flat=True))
    assert numbers == list(range(1, 49))
    assert last_sequence("project:a") == 48


def test_a_group_name_holds_only_what_channels_allows() -> None:
    assert group_of("project:1b2c-3d") == "stream.project.1b2c-3d"

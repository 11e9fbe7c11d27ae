"""The thread in which sockets ask the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from django.db import OperationalError, connection

from forge.accounts.models import User
from forge.collab.reader import RoomReader
from forge.core.errors import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def reader() -> AsyncIterator[RoomReader]:
    reader = RoomReader()
    yield reader
    reader.close()


def connected() -> int:
    assert not User.objects.exists()
    return id(connection.connection)


async def test_its_connection_is_kept_from_one_question_to_the_next(reader: RoomReader) -> None:
    assert await reader.ask(connected) == await reader.ask(connected)


async def test_a_question_whose_connection_broke_is_asked_once_more(reader: RoomReader) -> None:
    connections: list[object] = []

    def ask() -> int:
        connections.append(connection.connection)
        if len(connections) == 1:
            raise OperationalError("the server closed the connection")
        return User.objects.count()

    await reader.ask(connected)
    assert await reader.ask(ask) == 0
    assert connections[0] is not None
    assert connections[1] is None


async def test_a_fault_is_raised_where_it_was_asked_for_and_the_next_is_answered(reader: RoomReader) -> None:
    def refuse() -> None:
        raise NotFound("This project was deleted.")

    with pytest.raises(NotFound):
        await reader.ask(refuse)
    assert await reader.ask(User.objects.count) == 0


async def test_it_can_be_asked_again_after_it_was_closed(reader: RoomReader) -> None:
    await reader.ask(connected)
    reader.close()
    assert await reader.ask(User.objects.count) == 0

"""A lossy link loses what it says that it loses, and the server may have done its work all the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from unittest.mock import patch

import pytest

from benchmarks.fleet.polling import Connections, MeasuredAnswer
from benchmarks.fleet.simulated_keys import SimulatedKey
from tests.support.rollouts.lossy_link import LinkChances, LinkLost, LossyLink


def sent_requests(chances: LinkChances, status: int = 200) -> tuple[int, bool, LossyLink]:
    """Sends one request. Returns how many came to the server, whether its answer came back, and the link."""
    arrived: list[str] = []

    async def exchange(_: Connections, method: str, path: str, headers: Mapping[str, str], body: bytes) -> object:
        arrived.append(headers["Content-Digest"])
        return MeasuredAnswer(status, {}, body)

    async def send() -> tuple[bool, LossyLink]:
        link = LossyLink([1], chances, random.Random(1))
        try:
            await link.exchange(SimulatedKey(1), 0.0, "POST", "/x", b"{}", {})
        except LinkLost:
            return False, link
        finally:
            await link.settle()
        return True, link

    with patch.object(Connections, "exchange", exchange):
        is_answered, link = asyncio.run(send())
    return len(arrived), is_answered, link


@pytest.mark.parametrize(
    ("chances", "arrived", "is_answered"),
    [
        (LinkChances(), 1, True),
        (LinkChances(request_lost=1), 0, False),
        (LinkChances(answer_lost=1), 1, False),
        (LinkChances(sent_twice=1), 2, True),
        (LinkChances(late_copy=1), 2, True),
        (LinkChances(delayed=1), 1, True),
    ],
)
def test_what_a_link_does_to_a_request(chances: LinkChances, arrived: int, is_answered: bool) -> None:
    assert sent_requests(chances)[:2] == (arrived, is_answered)


def test_an_error_of_the_server_is_kept() -> None:
    assert len(sent_requests(LinkChances(), 500)[2].failures) == 1
    assert sent_requests(LinkChances(), 503)[2].failures == []

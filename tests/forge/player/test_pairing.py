"""Pairing a phone with its person's studio: the digits, who hears what, the limits, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forge.accounts.actions import remove_member, set_password
from forge.collab.closing import Closing
from forge.collab.rooms import rooms
from forge.core.events.delivery import attach, deliver
from forge.player import consumers
from forge.player.actions import end_phones
from forge.player.consumers import AT_ONCE, TOO_MANY, TRIES, PairingClosing, PhoneConsumer, digits_of
from forge.player.models import PhonePass
from tests.forge.player.pairing import OUTPUTS, PairedEnd, let_in, pair, phone_of, studio_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]


@pytest.fixture
async def server() -> AsyncIterator[None]:
    """The steps of the server's start and end around sockets."""
    attach(asyncio.get_running_loop())
    yield
    await rooms.close()
    attach(None)


@pytest.mark.slow
@pytest.mark.protects("live/pairing")
async def test_both_show_the_same_four_digits_and_then_outputs_flow(project: Any, developer: Any) -> None:
    cookies = await let_in(developer, project)
    async with studio_of(developer) as studio, phone_of(AnonymousUser(), cookies) as phone:
        assert await studio.event() == {"type": "open"}
        digits = await phone.event()
        asks = await studio.event()
        assert digits == {"type": "digits", "digits": asks["digits"]}
        assert asks["digits"] == digits_of(asks["pairing"])
        assert len(asks["digits"]) == 4
        # Nothing flows before the person has said that they are the same.
        await phone.send_message(**OUTPUTS)
        assert await studio.is_silent()
        await studio.send_message(type="confirm", pairing=asks["pairing"], digits=asks["digits"])
        assert await phone.event() == {"type": "paired"}
        assert await studio.event() == {"type": "paired", "pairing": asks["pairing"]}
        await phone.send_message(**OUTPUTS, inputs=[1, 2, 3])
        assert await studio.event() == OUTPUTS


async def test_a_studio_that_opens_later_hears_of_a_phone_that_waits(project: Any, developer: Any) -> None:
    async with phone_of(developer) as phone:
        digits = (await phone.event())["digits"]
        async with studio_of(developer) as studio:
            assert (await studio.event())["type"] == "open"
            assert (await studio.event())["digits"] == digits


@pytest.mark.slow
@pytest.mark.protects("live/pairing")
async def test_another_persons_studio_hears_nothing_and_confirms_nothing(
    project: Any, developer: Any, owner: Any
) -> None:
    async with studio_of(developer) as mine, studio_of(owner) as other, phone_of(developer) as phone:
        await mine.event()
        await other.event()
        await phone.event()
        asks = await mine.event()
        await other.send_message(type="confirm", pairing=asks["pairing"], digits=asks["digits"])
        assert await other.event() == {"type": "gone", "pairing": asks["pairing"]}
        assert await phone.is_silent()
        await mine.send_message(type="confirm", pairing=asks["pairing"], digits=asks["digits"])
        assert await phone.event() == {"type": "paired"}
        await phone.send_message(**OUTPUTS)
        assert [(await mine.event())["type"] for _ in range(2)] == ["paired", "outputs"]
        assert await other.is_silent()


@pytest.mark.slow
@pytest.mark.protects("live/sensor-frames")
async def test_a_sensors_frames_reach_the_paired_studio_alone_and_are_not_kept(
    project: Any, developer: Any, reviewer: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, frame = {"type": "key", "key": "B" * 87}, {"type": "sealed", "frame": "C" * 4000}
    groups: set[str] = set()

    def noted(group: str, message: Any) -> None:
        if message["what"] in ("shown", "sealed"):
            groups.add(group)
        deliver(group, message)

    monkeypatch.setattr(consumers, "deliver", noted)
    async with (
        phone_of(developer) as phone,
        studio_of(developer) as own_studio,
        studio_of(developer) as beside,
        studio_of(reviewer) as colleague,
        phone_of(reviewer) as other_phone,
    ):
        await phone.event()
        await other_phone.event()
        for studio in (own_studio, beside, colleague):
            assert (await studio.event())["type"] == "open"
        assert (await colleague.event())["type"] == "asks"
        # Before the digits are confirmed there is nobody to pass anything to.
        await phone.send_message(**key)
        assert (await beside.event())["type"] == "asks"
        await pair(own_studio, phone)
        assert (await beside.event())["type"] == "gone"
        rows = await sync_to_async(_stored)()
        await phone.send_message(**key)
        await phone.send_message(**frame)
        assert [await own_studio.event(), await own_studio.event()] == [key, frame]
        await own_studio.send_message(**frame)
        assert await phone.event() == frame
        # A colleague's phone puts no frame of its own in between.
        await other_phone.send_message(**key)
        await other_phone.send_message(**frame)
        assert [await each.is_silent() for each in (own_studio, beside, colleague)] == [True] * 3
        assert len(groups) == 2
        assert await sync_to_async(_stored)() == rows
    assert "C" * 32 not in caplog.text


@pytest.mark.slow
@pytest.mark.protects("live/sensor-frames", "live/pairing-access")
async def test_a_phone_is_heard_and_looked_at_for_as_long_as_it_is_paired(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: asyncio.Queue[str] = asyncio.Queue()

    def noted(group: str, message: Any) -> None:
        if message["what"] == "beat":
            beats.put_nowait(message["from"])
        deliver(group, message)

    monkeypatch.setattr(consumers, "BEAT", 0.02)
    monkeypatch.setattr(consumers, "deliver", noted)
    cookies = await let_in(developer, project)
    async with phone_of(AnonymousUser(), cookies) as phone, studio_of(developer) as own_studio:
        await phone.event()
        await own_studio.event()
        await pair(own_studio, phone)
        for _ in range(8):
            await beats.get()
        frame = {"type": "sealed", "frame": "C" * 64}
        await own_studio.send_message(**frame)
        assert await phone.event() == frame
        # Nobody tells the phone's socket that its pass is over: it looks itself.
        await sync_to_async(PhonePass.objects.all().delete)()
        assert (await phone.closed())[0] == Closing.NO_ACCESS


def _stored() -> dict[str, int]:
    """The rows of each table."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


async def test_a_studio_that_sends_too_much_is_closed(project: Any, developer: Any) -> None:
    async with studio_of(developer) as own_studio:
        assert (await own_studio.event())["type"] == "open"
        for _ in range(int(AT_ONCE) + 2):
            await own_studio.send_message(type="sealed", frame="C" * 64)
        assert (await own_studio.closed())[0] == PairingClosing.TOO_FAST


async def test_of_two_studios_of_one_person_the_one_that_confirms_hears_the_phone(project: Any, developer: Any) -> None:
    async with studio_of(developer) as first, studio_of(developer) as second, phone_of(developer) as phone:
        await first.event()
        await second.event()
        await phone.event()
        await second.event()
        await pair(first, phone)
        assert (await second.event())["type"] == "gone"
        await phone.send_message(**OUTPUTS)
        assert await first.event() == OUTPUTS
        assert await second.is_silent()


@pytest.mark.protects("live/pairing")
async def test_wrong_digits_pair_nothing_and_three_times_end_it(project: Any, developer: Any) -> None:
    async with studio_of(developer) as studio, phone_of(developer) as phone:
        await studio.event()
        await phone.event()
        asks = await studio.event()
        wrong = f"{(int(asks['digits']) + 1) % 10_000:04}"
        for _ in range(TRIES):
            await studio.send_message(type="confirm", pairing=asks["pairing"], digits=wrong)
            assert await studio.event() == {"type": "wrong", "pairing": asks["pairing"]}
        assert (await phone.closed())[0] == PairingClosing.REFUSED


async def test_a_phone_that_is_refused_is_sent_away(project: Any, developer: Any) -> None:
    async with studio_of(developer) as studio, phone_of(developer) as phone:
        await studio.event()
        await phone.event()
        await studio.send_message(type="refuse", pairing=(await studio.event())["pairing"])
        assert (await phone.closed())[0] == PairingClosing.REFUSED


async def test_a_phone_waits_for_so_long_and_no_longer(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "WAIT", 0.0)
    monkeypatch.setattr(consumers, "BEAT", 0.05)
    async with studio_of(developer) as studio, phone_of(developer) as phone:
        await studio.event()
        assert (await phone.closed())[0] == PairingClosing.OVER


async def test_either_end_ends_it_for_both(project: Any, developer: Any) -> None:
    async with studio_of(developer) as studio:
        await studio.event()
        async with phone_of(developer) as phone:
            await phone.event()
            await pair(studio, phone)
        assert await studio.event() == {"type": "ended", "reason": "The phone ended the connection."}
        async with phone_of(developer) as phone:
            await phone.event()
            await pair(studio, phone)
            await studio.send_message(type="end")
            assert (await studio.event())["type"] == "ended"
            assert await phone.closed() == (PairingClosing.OVER, "The studio ended the connection.")


@pytest.mark.slow
async def test_an_end_that_falls_silent_counts_as_gone(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "BEAT", 0.05)
    async with studio_of(developer) as studio, phone_of(developer) as phone:
        await studio.event()
        await phone.event()
        await pair(studio, phone)
        # Beats keep it alive for as long as both ends give them.
        monkeypatch.setattr(consumers, "LOST_AFTER", 0.5)
        assert await studio.is_silent()
        monkeypatch.setattr(consumers, "LOST_AFTER", -1.0)
        # Whichever end notices first tells the other.
        assert (await studio.event())["type"] == "ended"


@pytest.mark.slow
@pytest.mark.protects("live/pairing-messages")
async def test_a_flood_is_cut_down_and_then_cut_off(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "A_SECOND", 0.001)
    async with studio_of(developer) as studio, phone_of(developer) as phone:
        await studio.event()
        await phone.event()
        await pair(studio, phone)
        for _ in range(int(AT_ONCE) + TOO_MANY + 1):
            await phone.send_message(**OUTPUTS)
        assert (await phone.closed())[0] == PairingClosing.TOO_FAST
        for _ in range(int(AT_ONCE)):
            assert await studio.event() == OUTPUTS
        assert await studio.is_silent()


@pytest.mark.parametrize(
    ("text", "code"),
    [("x" * 70_000, Closing.TOO_LARGE), ("{}", Closing.MALFORMED), ('{"type": "inputs"}', Closing.MALFORMED)],
)
async def test_what_is_too_large_or_cannot_be_read_closes_the_socket(
    project: Any, developer: Any, text: str, code: int
) -> None:
    async with phone_of(developer) as phone:
        await phone.event()
        await phone.send(text)
        assert (await phone.closed())[0] == code


@pytest.mark.protects("live/pairing", "live/sensor-frames")
async def test_visitors_and_strangers_pair_nothing(project: Any, stranger: Any) -> None:
    project.visibility = "public"
    await sync_to_async(project.save)()
    for user in (AnonymousUser(), stranger):
        async with phone_of(user) as phone:
            assert (await phone.closed())[0] == Closing.NOT_FOUND
        async with studio_of(user) as studio:
            assert (await studio.closed())[0] == Closing.NOT_FOUND


@pytest.mark.protects("sign-in/phone-passes")
async def test_a_pass_is_of_no_use_as_a_studio(project: Any, developer: Any) -> None:
    cookies = await let_in(developer, project)
    async with PairedEnd("/ws/projects/acme/kitchen/phones", AnonymousUser(), cookies) as studio:
        assert (await studio.closed())[0] == Closing.NOT_FOUND


@pytest.mark.slow
@pytest.mark.protects("live/pairing-access")
async def test_a_phone_that_has_waited_for_some_beats_is_paired_and_its_pass_still_ends_it(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = beats_of_phones(monkeypatch)
    async with studio_of(developer) as studio, phone_of(AnonymousUser(), await let_in(developer, project)) as phone:
        await studio.event()
        await phone.event()
        await beats(3)
        await pair(studio, phone)
        await beats(3)
        await sync_to_async(end_phones)(developer, project)
        assert (await phone.closed())[0] == Closing.NO_ACCESS


@pytest.mark.protects("live/pairing-access")
async def test_a_pass_that_expires_ends_the_pairing(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = beats_of_phones(monkeypatch)
    async with phone_of(AnonymousUser(), await let_in(developer, project)) as phone:
        await phone.event()
        await beats(2)
        await sync_to_async(PhonePass.objects.update)(expires=timezone.now())
        assert (await phone.closed())[0] == Closing.NO_ACCESS


def beats_of_phones(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Awaitable[None]]:
    """Makes beats short. Returns a function that waits for a number of further beats of a phone."""
    monkeypatch.setattr(consumers, "BEAT", 0.02)
    beats: asyncio.Queue[None] = asyncio.Queue()
    beat = PhoneConsumer.beat

    async def counted(consumer: PhoneConsumer) -> None:
        await beat(consumer)
        beats.put_nowait(None)

    monkeypatch.setattr(PhoneConsumer, "beat", counted)

    async def wait(count: int) -> None:
        for _ in range(count):
            await asyncio.wait_for(beats.get(), 10)

    return wait


@pytest.mark.slow
@pytest.mark.protects("live/pairing-access")
async def test_access_that_ends_ends_the_pairing(
    project: Any, organisation: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    cookies = await let_in(developer, project)
    async with phone_of(AnonymousUser(), cookies) as phone:
        await phone.event()
        await sync_to_async(end_phones)(developer, project)
        assert (await phone.closed())[0] == Closing.NO_ACCESS
    async with phone_of(AnonymousUser(), await let_in(developer, project)) as phone:
        await phone.event()
        await sync_to_async(set_password)(developer, "another good horse")
        assert (await phone.closed())[0] in (Closing.TRY_AGAIN, Closing.NO_ACCESS)
    async with phone_of(reviewer) as phone:
        await phone.event()
        await sync_to_async(remove_member)(owner, organisation, reviewer.pk)
        assert (await phone.closed())[0] == Closing.NO_ACCESS

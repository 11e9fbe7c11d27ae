"""The live document over sockets: edits are stored and then told, viewers change nothing, bad frames end one socket."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pycrdt import Map

from forge.collab import rooms as rooms_module
from forge.collab.closing import Closing
from forge.collab.protocol.frames import (
    MalformedFrame,
    SyncStep1,
    Update,
    read_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.collab.protocol.updates import read_update
from forge.collab.room import live_document
from forge.collab.room import room as room_module
from forge.collab.room import writer as writer_module
from forge.collab.room.submissions import FromMember
from forge.core.studio_limits import MAX_UPDATE_BYTES
from forge.projects.actions import delete_file, write_file
from forge.projects.files.document_store import load_document
from forge.projects.models import DocumentClient, DocumentState, DocumentUpdate, Project
from tests.support.clients.yjs_socket import YjsClient, text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]


@sync_to_async
def stored_text(project: Project) -> str:
    files = load_document(project.pk).doc.get("files", type=Map)
    return next(str(value["text"]) for value in files.values() if value["path"] == "Runefile.yml")


async def test_a_newcomer_gets_the_document(project: Any, viewer: Any) -> None:
    async with YjsClient(viewer, project) as client:
        assert client.text().startswith("version: 1")


async def test_what_one_types_the_other_sees_and_the_database_has(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        await one.type("# hello\n")
        await other.until(lambda: other.text().endswith("# hello\n"))
        assert await stored_text(project) == other.text()


@pytest.mark.slow
@pytest.mark.protects("live/crashes")
async def test_an_update_is_stored_before_anyone_else_sees_it(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        for number in range(20):
            await one.type(f"# {number}\n")
            await other.until(lambda: other.text() == one.text())
            assert (await stored_text(project)).endswith(f"# {number}\n")


@pytest.mark.slow
async def test_the_sender_hears_no_echo(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        await one.type("# hello\n")
        await other.until(lambda: other.text().endswith("# hello\n"))
        assert await one.is_silent()


async def test_two_who_type_at_once_end_with_one_text(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        for number in range(30):
            await one.type(f"# a{number}\n")
            await other.type(f"# b{number}\n")
        await one.until(lambda: all(f"# b{number}\n" in one.text() for number in range(30)))
        await other.until(lambda: all(f"# a{number}\n" in other.text() for number in range(30)))
        assert one.text() == other.text() == await stored_text(project)


async def test_what_was_typed_offline_arrives_on_return(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one:
        first = one.doc
    returning = YjsClient(owner, project)
    returning.doc = first
    returning.change(lambda doc: text_of(doc, "Runefile.yml").insert(0, "# offline\n"))
    async with YjsClient(developer, project) as other:
        await other.type("# meanwhile\n")
        async with returning:
            await returning.until(lambda: "# meanwhile\n" in returning.text())
            await other.until(lambda: "# offline\n" in other.text())
            assert returning.text() == other.text()


async def test_who_comes_back_with_more_than_an_answer_holds_is_asked_for_the_difference(
    project: Any, owner: Any, developer: Any
) -> None:
    async with YjsClient(owner, project) as one:
        await one.type("x" * 500_000)
    returning = YjsClient(owner, project)
    returning.doc = one.doc
    returning.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("y" * 560_000))
    async with YjsClient(developer, project) as other:
        await other.type("# meanwhile\n")
        async with returning:
            await returning.until(lambda: "# meanwhile\n" in returning.text())
            await other.until(lambda: "y" * 560_000 in other.text())
            assert returning.text() == other.text()


@pytest.mark.slow
@pytest.mark.protects("live/viewer-updates")
async def test_what_a_viewer_sends_changes_nothing(project: Any, owner: Any, viewer: Any) -> None:
    before = await stored_text(project)
    async with YjsClient(owner, project) as one, YjsClient(viewer, project) as watching:
        await watching.type("# graffiti\n")
        await one.type("# mine\n")
        await watching.until(lambda: "# mine\n" in watching.text())
        assert await one.is_silent()
        assert await stored_text(project) == before + "# mine\n"


async def test_a_file_written_over_the_api_reaches_the_room(project: Any, owner: Any) -> None:
    async with YjsClient(owner, project) as one:
        await sync_to_async(write_file)(owner, project, "README.md", b"# Kitchen\n")
        await one.until(lambda: any(f["path"] == "README.md" for f in one.doc.get("files", type=Map).values()))
        await sync_to_async(delete_file)(owner, project, "README.md")
        await one.until(lambda: any(f.get("deleted") is True for f in one.doc.get("files", type=Map).values()))


@pytest.mark.slow
async def test_writes_over_the_api_and_over_sockets_mix(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        for number in range(10):
            await one.type(f"# typed {number}\n")
            await sync_to_async(write_file)(developer, project, "notes.txt", f"note {number}".encode())
        await one.until(lambda: one.text("notes.txt") == "note 9")
        await other.until(lambda: other.text("notes.txt") == "note 9" and "# typed 9\n" in other.text())
        assert await stored_text(project) == one.text() == other.text()


@pytest.mark.protects("live/malformed-frames")
@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x09",
        b"\x00",
        b"\x00\x02\x05ab",
        b"\x00\x07\x00",
        b"\x01\x05abc",
        b"\x00\x02\x03\xff\xff\xff",
        b"\x00\x00\x02\xff\xff",
        b"\x00\x02\x02\x00\x00rest",
        b"\x01\x03\x01\x05\x00",
        "text",
    ],
)
async def test_a_malformed_frame_ends_that_socket_alone(
    project: Any, owner: Any, developer: Any, viewer: Any, frame: Any
) -> None:
    async with (
        YjsClient(owner, project) as one,
        YjsClient(viewer, project) as other,
        YjsClient(developer, project) as bad,
    ):
        await bad.send(frame)
        assert (await bad.closed())[0] == Closing.MALFORMED
        await one.type("# on\n")
        await other.until(lambda: other.text().endswith("# on\n"))
        assert await stored_text(project) == one.text()


async def test_an_update_that_fits_no_document_is_not_stored(project: Any, owner: Any) -> None:
    count = await DocumentUpdate.objects.filter(project=project).acount()
    async with YjsClient(owner, project) as bad:
        await bad.send(update_frame(b"\x01\x01\x8a\x01\x00\xc7\x01\x02\x03\x04"))
        assert (await bad.closed())[0] == Closing.MALFORMED
    assert await DocumentUpdate.objects.filter(project=project).acount() == count


async def test_an_update_over_the_limit_is_refused_with_a_reason(project: Any, owner: Any) -> None:
    async with YjsClient(owner, project) as one:
        await one.type("x" * (MAX_UPDATE_BYTES + 1))
        code, reason = await one.closed()
        assert code == Closing.TOO_LARGE
        assert str(MAX_UPDATE_BYTES) in reason


@pytest.mark.protects("live/malformed-frames")
async def test_a_document_over_the_limit_takes_no_more(
    project: Any, owner: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_document, "DOCUMENT_LIMIT", 20_000)
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        await one.type("x" * 15_000)
        await other.until(lambda: other.text() == one.text())
        await one.type("y" * 15_000)
        assert (await one.closed())[0] == Closing.TOO_LARGE
        assert "yyy" not in await stored_text(project)
        async with YjsClient(owner, project) as third:
            await other.type("# small\n")
            await third.until(lambda: third.text().endswith("# small\n"))


@pytest.mark.slow
async def test_old_updates_are_merged_and_numbers_go_on(
    project: Any, owner: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "MERGE_AFTER", 10)
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        for number in range(40):
            await one.type(f"# {number}\n")
            await other.until(lambda: other.text() == one.text())
        await sync_to_async(write_file)(owner, project, "notes.txt", b"note")
        await one.until(lambda: one.text("notes.txt") == "note")
        text = one.text()
    assert await DocumentUpdate.objects.filter(project=project).acount() <= 20
    fresh = await Project.objects.aget(pk=project.pk)
    assert fresh.sequence == project.sequence + 41
    assert await DocumentState.objects.filter(project=project).aexists()
    assert await stored_text(project) == text


@pytest.mark.slow
@pytest.mark.protects("live/missing-dependencies")
async def test_an_update_that_builds_on_a_lost_one_is_not_stored_and_its_sender_is_asked(
    project: Any, owner: Any, developer: Any
) -> None:
    count = await DocumentUpdate.objects.filter(project=project).acount()
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        while not await one.is_silent():
            pass  # the server's first question was answered when it was heard
        one.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("# lost\n"))
        await one.type("# kept\n")
        assert isinstance(await one.receive(), SyncStep1)  # which `receive` answers
        await other.until(lambda: other.text() == one.text())
        assert other.text().endswith("# lost\n# kept\n")
        assert await DocumentUpdate.objects.filter(project=project).acount() == count + 1
        assert await stored_text(project) == one.text()


@pytest.mark.protects("live/missing-dependencies")
async def test_an_answer_that_still_lacks_something_ends_the_socket_to_begin_anew(project: Any, owner: Any) -> None:
    async with YjsClient(owner, project) as one:
        one.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("# lost\n"))
        late = one.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("# kept\n"))
        await one.send(step_2_frame(late))
        assert (await one.closed())[0] == Closing.TRY_AGAIN


async def test_updates_out_of_order_in_one_breath_are_all_kept(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        room = rooms_module.rooms._rooms[project.pk][0]
        updates = [one.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("# one\n")) for _ in range(6)]
        member = UpdateRecorder(owner.pk)
        for update in reversed(updates):
            await room.submit(FromMember(update, member, read_update(update)))
        await other.until(lambda: other.text() == one.text())
        assert await stored_text(project) == one.text()
        assert not member.dismissed


@pytest.mark.slow
async def test_who_has_nothing_new_to_say_stores_nothing(project: Any, owner: Any, developer: Any) -> None:
    """A client that comes back answers with all deletions that it knows of: the same ones each time."""
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        await one.type("# gone soon\n")
        await one.send(update_frame(one.change(lambda doc: text_of(doc, "Runefile.yml").__delitem__(slice(0, 4)))))
        await other.until(lambda: other.text() == one.text())
        count = await DocumentUpdate.objects.filter(project=project).acount()
        await one.send(step_2_frame(one.doc.get_update(one.doc.get_state())))
        await one.send(step_2_frame(one.doc.get_update()))
        assert await other.is_silent()
        assert await DocumentUpdate.objects.filter(project=project).acount() == count


async def test_the_server_knows_which_person_stands_behind_a_client(project: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        await one.type("# mine\n")
        await other.until(lambda: other.text() == one.text())
        await other.type("# and mine\n")
        await one.until(lambda: other.text() == one.text())
        # A client that sends another's text on is not its author.
        await other.send(update_frame(one.change(lambda doc: text_of(doc, "Runefile.yml").__iadd__("# mine too\n"))))
        await one.until(lambda: one.text().endswith("# mine too\n"))
        people = {entry.client: entry.person_id async for entry in DocumentClient.objects.filter(project=project)}
        assert people[one.doc.client_id] == owner.pk
        assert people[other.doc.client_id] == developer.pk


async def test_an_unchanged_client_stores_nothing(project: Any, owner: Any) -> None:
    count = await DocumentUpdate.objects.filter(project=project).acount()
    async with YjsClient(owner, project) as one:
        await one.send(step_1_frame(one.doc.get_state()))
        frame = await one.receive()
        assert isinstance(frame, Update)
    assert await DocumentUpdate.objects.filter(project=project).acount() == count


async def test_a_room_that_everyone_left_is_loaded_anew(project: Any, owner: Any) -> None:
    async with YjsClient(owner, project) as one:
        await one.type("# last words\n")
    async with YjsClient(owner, project) as again:
        assert again.text().endswith("# last words\n")


async def test_a_room_that_cannot_be_loaded_is_tried_anew(
    project: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(project_id: Any) -> Any:
        raise OSError("the disk is away")

    member = UpdateRecorder(owner.pk)
    with monkeypatch.context() as patch:
        patch.setattr(room_module, "load_stored", fail)
        with pytest.raises(OSError, match="disk"):
            await rooms_module.rooms.enter(project.pk, member)
    async with YjsClient(owner, project) as client:
        assert client.text().startswith("version: 1")


@pytest.mark.protects("live/crashes")
async def test_a_failing_disk_sends_everyone_away_and_loses_nothing(
    project: Any, owner: Any, developer: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: Any, **keywords: Any) -> Any:
        raise OSError("the disk is full")

    returning = YjsClient(owner, project)
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as other:
        with monkeypatch.context() as patch:
            patch.setattr(writer_module, "append_batches", fail)
            await one.type("# kept by the client\n")
            assert (await one.closed())[0] == (await other.closed())[0] == Closing.TRY_AGAIN
        returning.doc = one.doc
        async with returning, YjsClient(developer, project) as again:
            await again.until(lambda: "# kept by the client\n" in again.text())
    assert "# kept by the client\n" in await stored_text(project)
    assert "could not be stored" in caplog.text


class UpdateRecorder:
    """A member of a room that remembers how it was sent away."""

    def __init__(self, person_id: Any) -> None:
        self.person_id = person_id
        self.person: Mapping[str, Any] = {"id": str(person_id)}
        self.dismissed: list[int] = []

    def deliver(self, frame: bytes) -> None:
        """Nothing is made of what the room tells."""

    def dismiss(self, code: int, reason: str) -> None:
        self.dismissed.append(code)


async def test_damaged_updates_leave_a_document_that_loads(project: Any, owner: Any, developer: Any) -> None:
    chance = random.Random(20_261_120)
    member = UpdateRecorder(developer.pk)
    async with YjsClient(owner, project) as one:
        room = await rooms_module.rooms.enter(project.pk, member)
        good = one.change(lambda doc: text_of(doc, "Runefile.yml").insert(0, "# good\n"))
        for _ in range(300):
            data = bytearray(good)
            for _ in range(chance.randint(1, 3)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with contextlib.suppress(MalformedFrame):
                frame = read_frame(update_frame(bytes(data)))
                assert isinstance(frame, Update)
                await room.submit(FromMember(frame.update, member, frame.facts))
        await room.drained()
        assert set(member.dismissed) <= {Closing.MALFORMED}
        await rooms_module.rooms.leave(room, member)
        async with YjsClient(developer, project) as other:
            await one.type("# still here\n")
            await other.until(lambda: "# still here\n" in other.text())
    assert "# still here\n" in await stored_text(project)

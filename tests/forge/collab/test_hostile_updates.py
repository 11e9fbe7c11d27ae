"""Updates made to end the server's process or to spoil a project: each is refused, and the room lives on."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pycrdt import Doc, Map, Text

from forge.collab.closing import Closing
from forge.collab.protocol.frames import update_frame
from forge.collab.protocol.updates import VALUE_DEPTH, BadUpdate, read_update
from forge.collab.room import live_document
from forge.collab.room.live_document import LiveDocument, UpdateResult
from forge.collab.room.storage import StoredDocument
from forge.projects.files.document import entries
from tests.support.cases import each_case
from tests.support.clients.yjs_socket import YjsClient
from tests.support.processor_time import ProcessorTime
from tests.support.properties import examples

CLIENT = 77
LIST_OF_ONE, NULL = b"\x75\x01", b"\x7e"


def number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def update(*structs: bytes) -> bytes:
    """An update of one client that deletes nothing."""
    return b"\x01" + number(len(structs)) + number(CLIENT) + b"\x00" + b"".join(structs) + b"\x00"


def entry(content: int, body: bytes, root: bytes = b"files") -> bytes:
    """A struct that sets the key `k` of a root map."""
    return bytes((content | 0x20, 1, len(root))) + root + b"\x01k" + body


def nested_types(depth: int) -> bytes:
    """Maps, each in the one before it."""
    inner = (bytes((0x27, 0)) + number(CLIENT) + number(clock) + b"\x01a\x01" for clock in range(depth - 1))
    return update(entry(7, b"\x01", root=b"deep"), *inner)


HOSTILE = {
    "values that nest": update(entry(8, b"\x01" + LIST_OF_ONE * 100_000 + NULL)),
    "options of a document that nest": update(entry(9, b"\x01g" + LIST_OF_ONE * 100_000 + NULL)),
    "a list that promises too much": update(entry(8, b"\x01\x75" + number(2**53))),
    "a map that promises too much": update(entry(8, b"\x01\x76" + number(2**32))),
    "structs that are not there": b"\x02\x00\x01\x00" + number(2**32) + b"\x02\x00\x00",
    "a type that there is not": update(entry(7, b"\x0f")),
    "a number without end": update(b"\x00" + b"\xff" * 12),
    "something behind the end": update() + b"x",
}


@pytest.mark.protects("live/crashing-updates")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("attack", HOSTILE)
async def test_an_update_that_would_end_the_process_ends_its_socket_alone(
    project: Any, owner: Any, developer: Any, attack: str
) -> None:
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as bad:
        await bad.send(update_frame(HOSTILE[attack]))
        assert (await bad.closed())[0] == Closing.MALFORMED
        await one.type("# on\n")
        async with YjsClient(owner, project) as other:
            await other.until(lambda: other.text().endswith("# on\n"))


@pytest.mark.protects("live/nested-types")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
async def test_types_that_nest_until_deleting_them_ends_the_process_are_counted_over_updates_and_rooms(
    project: Any, owner: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_document, "TYPES_LIMIT", 20)
    async with YjsClient(owner, project) as one:
        await one.send(update_frame(nested_types(12)))
        await one.type("# taken\n")
        async with YjsClient(developer, project) as other:
            await other.until(lambda: other.text().endswith("# taken\n"))
    async with YjsClient(owner, project) as one, YjsClient(developer, project) as bad:
        await bad.send(update_frame(nested_types(12).replace(number(CLIENT), number(CLIENT + 1))))
        assert (await bad.closed())[0] == Closing.TOO_LARGE
        await one.type("# text is still taken\n")
        async with YjsClient(owner, project) as third:
            await third.until(lambda: third.text().endswith("# text is still taken\n"))


def test_values_may_nest_as_deep_as_the_limit_says() -> None:
    assert read_update(update(entry(8, b"\x01" + LIST_OF_ONE * VALUE_DEPTH + NULL))).types == 0
    with pytest.raises(BadUpdate):
        read_update(update(entry(8, b"\x01" + LIST_OF_ONE * (VALUE_DEPTH + 1) + NULL)))


def edited(edits: list[tuple[int, int, str]]) -> tuple[Doc[Any], list[bytes]]:
    """A document that was edited in many ways, and each edit's update."""
    doc: Doc[Any] = Doc()
    files = doc.get("files", type=Map)
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    files["main"] = Map({"path": "a.txt", "kind": "text", "text": Text("hello")})
    text = files["main"]["text"]
    for kind, place, word in edits:
        at = place % (len(str(text)) + 1)
        if kind == 0:
            text.insert(len(str(text)[:at].encode()), word)
        elif kind == 1:
            text.clear()
        elif kind == 2:
            files[str(place)] = Map({"path": word, "size": place, "more": [1.5, {word: None, "b": [True, b"xx", -7]}]})
        elif str(place) in files:
            del files[str(place)]
    return doc, updates


@pytest.mark.proof
@examples(40)
@given(some.lists(some.tuples(some.integers(0, 3), some.integers(0, 9), some.text(max_size=6)), max_size=12))
def test_whatever_an_editor_does_is_let_through(edits: list[tuple[int, int, str]]) -> None:
    doc, updates = edited([edit for edit in edits if edit[2].isprintable()])
    types = sum(read_update(update).types for update in updates)
    assert types >= 2
    assert read_update(doc.get_update()).types <= types


@pytest.mark.slow
@pytest.mark.protects("live/crashing-updates")
@examples(100)
@given(some.lists(some.tuples(some.integers(0, 10_000), some.integers(0, 255)), min_size=1, max_size=4))
def test_what_is_let_through_the_decoder_survives(changes: list[tuple[int, int]]) -> None:
    doc, _ = edited([(2, 3, "x"), (0, 2, "y"), (3, 3, ""), (2, 4, "z")])
    data = bytearray(doc.get_update())
    for place, byte in changes:
        data[place % len(data)] = byte
    with contextlib.suppress(BadUpdate):
        read_update(bytes(data))
        with contextlib.suppress(ValueError, RuntimeError):  # which the room answers by sending the socket away
            Doc[Any]().apply_update(bytes(data))


@pytest.mark.protects("live/spoiled-files")
@each_case("size", [float("inf"), float("-inf"), float("nan"), 1e300, -1])
def test_a_file_whose_size_is_no_size_is_left_out_and_spoils_nothing(size: float) -> None:
    doc: Doc[Any] = Doc()
    files = doc.get("files", type=Map)
    files["bad"] = Map({"path": "a.bin", "kind": "binary", "digest": "sha256:" + "0" * 64, "size": size})
    files["good"] = Map({"path": "b.txt", "kind": "text", "text": Text("x")})
    assert [file.path for file in entries(doc)] == ["b.txt"]


@pytest.mark.slow
@pytest.mark.protects("live/spoiled-files")
def test_many_files_of_one_path_are_told_apart_in_a_moment() -> None:
    doc: Doc[Any] = Doc()
    files = doc.get("files", type=Map)
    with doc.transaction():
        for key in range(2500):
            files[f"{key:05}"] = Map({"path": "same.bin", "kind": "binary", "digest": "d", "size": 1})
    with ProcessorTime() as listing:
        assert len({file.path for file in entries(doc)}) == 2500
    assert listing.seconds < 0.5  # it was the square of their number: a second


@pytest.mark.protects("live/spoiled-files")
def test_a_deletion_of_half_an_emoji_is_refused_and_of_all_of_it_is_taken() -> None:
    doc: Doc[Any] = Doc(client_id=CLIENT)
    text = doc.get("t", type=Text)
    text += "a\U0001f600b"
    document = LiveDocument(StoredDocument(doc.get_update(), 0, 0, 0))
    half, whole = (b"\x00\x01" + bytes((CLIENT, 1, 1, units)) for units in (1, 2))
    assert document.try_update(half, read_update(half)) is UpdateResult.BAD
    assert document.try_update(whole, read_update(whole)) is UpdateResult.GOOD
    assert str(document.trial.get("t", type=Text)) == "ab"

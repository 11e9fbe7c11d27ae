"""A client's claims about what it has heard or brings with it decide about its own edits alone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pycrdt import Doc

from forge.collab.protocol.frames import (
    MalformedFrame,
    Update,
    read_frame,
    received_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.projects.files.document import files_map
from tests.forge.collab.offline_people import OfflinePerson, everything_arrives
from tests.forge.collab.test_whole_lines import RUNEFILE, texts, two
from tests.support.cases import each_case


def edit_of(person: OfflinePerson, old: str, new: str) -> bytes:
    """An edit in the person's document, as an update that is not sent."""
    before = person.doc.get_state()
    person.is_online = False
    person.edit("Runefile.yml", str(person.files()["Runefile.yml"]).replace(old, new))
    person.is_online = True
    return person.doc.get_update(before)


@pytest.mark.protects("live/false-counts")
@each_case("count", [0, 1, 2, 7, 2**40])
def test_whatever_count_a_client_claims_what_others_wrote_stays(count: int) -> None:
    server, sam, jo = two()
    sam.replace_number("Runefile.yml", 9, "8000")
    sam.replace_number("Runefile.yml", 14, "0.5")
    everything_arrives(random.Random(1), [sam, jo])
    server.receive(jo, received_frame(count))
    server.receive(jo, update_frame(edit_of(jo, "0.5", "0.70")))
    everything_arrives(random.Random(1), [sam, jo])
    text = texts(server.document.doc)["Runefile.yml"]
    assert text in {RUNEFILE.replace("16000\n", "8000\n").replace("0.8", value) for value in ("0.5", "0.70")}, (
        "a line is what Sam or Jo wrote, and the other one is Sam's"
    )
    assert texts(sam.doc)["Runefile.yml"] == text


@pytest.mark.protects("live/false-counts")
def test_a_document_of_other_letters_takes_nothing_back_that_others_wrote() -> None:
    server, sam, jo = two()
    sam.replace_number("Runefile.yml", 14, "0.5")
    everything_arrives(random.Random(1), [sam, jo])
    before = texts(server.document.doc)
    false: Doc[Any] = Doc()
    false.apply_update(jo.doc.get_update())
    with false.transaction():
        text = next(value["text"] for value in files_map(false).values() if value["path"] == "labels.txt")
        del text[0 : len(str(text))]
    server.receive(jo, received_frame(0))
    server.receive(jo, step_2_frame(false.get_update()))
    everything_arrives(random.Random(1), [sam, jo])
    # An editor may delete a text. Nothing else changed.
    assert texts(server.document.doc) == before | {"labels.txt": ""}
    assert texts(sam.doc) == texts(server.document.doc)


@pytest.mark.protects("live/unanswered-questions")
def test_who_is_asked_and_does_not_answer_changes_nothing_and_hears_one_answer() -> None:
    server, sam, jo = two()
    jo.disconnect()
    jo.replace_number("Runefile.yml", 14, "0.70")
    jo.connect()
    jo.outbox.clear()
    for _ in range(50):
        server.receive(jo, step_1_frame(jo.doc.get_state()))
    server.receive(jo, received_frame(3))
    server.receive(jo, update_frame(edit_of(jo, "0.70", "0.71")))
    assert len(jo.inbox) == 1, "the question alone"
    assert texts(server.document.doc)["Runefile.yml"] == RUNEFILE
    jo.receive()
    jo.send()
    assert [type(read_frame(frame)) for frame in jo.inbox] == [Update]
    everything_arrives(random.Random(1), [sam, jo])
    assert texts(sam.doc)["Runefile.yml"] == RUNEFILE.replace("0.8", "0.71")


@pytest.mark.protects("live/false-counts")
@each_case("frame", [b"\x04", b"\x04\xff", b"\x04" + b"\xff" * 9 + b"\x01", b"\x04\x01\x01"])
def test_a_count_that_is_cut_short_too_long_or_followed_by_something_is_refused(frame: bytes) -> None:
    kind = received_frame(1)[:1]
    with pytest.raises(MalformedFrame):
        read_frame(kind + frame[1:])

"""Two to four people at one number, with lines that are cut: no value comes to be that nobody wrote."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pycrdt import Doc, Map

from forge.projects.files.document import files_map
from tests.forge.collab.offline_people import (
    OfflinePerson,
    OfflineServer,
    documents_by,
    everything_arrives,
    new_document,
    step,
)
from tests.support.cases import each_case

RUNEFILE = """version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs:
      - type: i16
        dimensions: [16000]
    args:
      hz: 16000
  gate:
    proc-block: gate
    inputs: [audio]
    args:
      threshold: 0.8
      window: [24, 48]
"""
FILES = {"Runefile.yml": RUNEFILE, "forge.yml": "limits:\n  flash: 512\n", "labels.txt": "yes\nno\nmaybe"}


def two() -> tuple[OfflineServer, OfflinePerson, OfflinePerson]:
    server = OfflineServer(new_document(FILES))
    people = OfflinePerson("Sam Lee", server), OfflinePerson("Jo Okafor", server)
    everything_arrives(random.Random(1), list(people))
    return server, *people


def texts(doc: Doc[Any]) -> dict[str, str]:
    return {value["path"]: str(value["text"]) for value in files_map(doc).values()}


def contested(doc: Doc[Any]) -> list[dict[str, Any]]:
    return list(doc.get("contested", type=Map).values())


@each_case(("one", "other"), [("0.5", "0.70"), ("0.70", "0.5"), ("32", "24"), ("0.85", "0.8123"), ("0.5", "0.5")])
def test_of_two_values_that_were_written_offline_the_first_stands_and_the_other_is_kept(one: str, other: str) -> None:
    server, sam, jo = two()
    for person in (sam, jo):
        person.disconnect()
    sam.replace_number("Runefile.yml", 14, one)
    jo.replace_number("Runefile.yml", 14, other)
    for person in (sam, jo):
        person.connect()
        everything_arrives(random.Random(2), [person])
    everything_arrives(random.Random(2), [sam, jo])
    for doc in (sam.doc, jo.doc, server.document.doc):
        assert texts(doc)["Runefile.yml"] == RUNEFILE.replace("0.8", one)
        records = [(r["current"], r["other"], r["current_by"], r["other_by"]) for r in contested(doc)]
        line = "      threshold: "
        assert records == ([] if one == other else [([line + one], [line + other], "Sam Lee", "Jo Okafor")])


def test_of_two_values_that_are_typed_at_the_same_moment_one_stands() -> None:
    server, sam, jo = two()
    sam.replace_number("Runefile.yml", 14, "0.5")
    jo.replace_number("Runefile.yml", 14, "0.7")
    jo.replace_number("Runefile.yml", 14, "0.70")
    everything_arrives(random.Random(3), [sam, jo])
    values = {texts(person.doc)["Runefile.yml"].split("threshold: ")[1].split()[0] for person in (sam, jo)}
    assert values in ({"0.5"}, {"0.70"})
    assert [record["other"] for record in contested(server.document.doc)] == [
        [f"      threshold: {'0.70' if values == {'0.5'} else '0.5'}"]
    ]


def test_a_page_that_was_away_longer_than_the_room_remembers_is_settled_too() -> None:
    server, sam, jo = two()
    jo.disconnect()
    jo.replace_number("Runefile.yml", 14, "0.70")
    sam.replace_number("Runefile.yml", 14, "0.5")
    everything_arrives(random.Random(4), [sam])
    # Everybody left: the room is made again of what is stored, with no memory of who did what.
    again = OfflineServer(server.document.doc.get_update())
    jo._server = again
    jo.connect()
    everything_arrives(random.Random(4), [jo])
    assert texts(jo.doc)["Runefile.yml"] == RUNEFILE.replace("0.8", "0.5")
    assert [record["other"] for record in contested(again.document.doc)] == [["      threshold: 0.70"]]


def test_a_line_that_one_deletes_while_the_other_changes_it_leaves_no_rest() -> None:
    _, sam, jo = two()
    for person in (sam, jo):
        person.disconnect()
    sam.replace_number("Runefile.yml", 14, "0.85")
    jo.edit("Runefile.yml", RUNEFILE.replace("      threshold: 0.8\n", ""))
    for person in (sam, jo):
        person.connect()
        everything_arrives(random.Random(5), [person])
    assert texts(jo.doc)["Runefile.yml"] == RUNEFILE.replace("0.8", "0.85")


def test_an_edit_upon_one_that_was_lost_with_its_connection_is_taken_with_that_one_alone() -> None:
    """The lost one only deletes letters, so no state of a document says that it lacks."""
    server, sam, _ = two()
    sam.replace_number("Runefile.yml", 9, "1600")
    everything_arrives(random.Random(7), [sam])
    sam.replace_number("Runefile.yml", 9, "16")
    sam.disconnect()
    sam.connect()
    sam.replace_number("Runefile.yml", 9, "24")
    rates = set()
    while sam.inbox or sam.outbox:
        step(random.Random(7), [sam])
        rates.add(texts(server.document.doc)["Runefile.yml"].split("hz: ")[1].split()[0])
    assert rates == {"1600", "24"}


def test_edits_of_other_lines_are_all_kept() -> None:
    server, sam, jo = two()
    for person in (sam, jo):
        person.disconnect()
    sam.replace_number("Runefile.yml", 14, "0.5")
    jo.replace_number("Runefile.yml", 9, "8000")
    jo.edit("labels.txt", "yes\nno\nperhaps")
    everything_arrives(random.Random(6), [sam, jo])
    assert texts(server.document.doc) == FILES | {
        "Runefile.yml": RUNEFILE.replace("0.8", "0.5").replace("hz: 16000", "hz: 8000"),
        "labels.txt": "yes\nno\nperhaps",
    }
    assert contested(server.document.doc) == []


PLACES = [("Runefile.yml", 9), ("Runefile.yml", 14), ("Runefile.yml", 15), ("forge.yml", 1), ("labels.txt", 1)]
VALUES = ["0.5", "0.70", "32", "24", "0.125", "16", "160", "1600"]
WORDS = ["stop", "go", "hello", "never", "not", "other"]


def simulate(seed: int) -> int:
    """Random edits of scalars; answers how many values there are that nobody wrote."""
    chance = random.Random(seed)
    with documents_by(chance):
        return _simulate(chance)


def _simulate(chance: random.Random) -> int:
    server = OfflineServer(new_document(FILES))
    people = [OfflinePerson(name, server) for name in ("Ana", "Ben", "Cleo", "Dan")[: chance.randint(2, 4)]]
    everything_arrives(chance, people)
    for _ in range(60):
        person = chance.choice(people)
        match chance.randrange(8):
            case 0 if person.is_online:
                person.disconnect()
            case 0 | 1 if not person.is_online:
                person.connect()
            case 2 | 3 | 4:
                path, line = chance.choice(PLACES)
                person.replace_number(path, line, chance.choice(WORDS if path == "labels.txt" else VALUES))
            case _:
                for _ in range(chance.randint(1, 6)):
                    step(chance, people)
    everything_arrives(chance, people)
    result = texts(server.document.doc)
    fresh: Doc[Any] = Doc()
    for update in server.stored:
        fresh.apply_update(update)
    assert [texts(doc) for doc in (fresh, *(person.doc for person in people))] == [result] * (len(people) + 1)
    assert {path: text.count("\n") for path, text in result.items()} == {
        path: text.count("\n") for path, text in FILES.items()
    }
    known_lines = {(path, line) for path, text in FILES.items() for line in text.split("\n")}
    known_lines |= {line for person in people for line in person.wrote}
    lines = {(path, line) for path, text in result.items() for line in text.split("\n")}
    return len(lines - known_lines)


@each_case("seed", range(6))
def test_no_value_comes_to_be_that_nobody_wrote(seed: int) -> None:
    assert simulate(seed) == 0


@pytest.mark.proof
def test_no_value_comes_to_be_that_nobody_wrote_in_many_runs() -> None:
    assert {seed: strange for seed in range(1000) if (strange := simulate(seed))} == {}

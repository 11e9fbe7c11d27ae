"""The people who are mentioned in a comment, and those who are not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from forge.reviews.threads.mentions import mentioned_people, names_of, pieces
from tests.support.cases import each_case


@dataclass(frozen=True)
class MentionPerson:
    pk: UUID
    name: str

    def __str__(self) -> str:
        return self.name


ANA, BEN, BEN_2, ODD = (
    MentionPerson(UUID(int=number), name)
    for number, name in enumerate(("Ana Nowak", "Ben Ray", "Ben Ray Junior", "C++ (the (best"), start=1)
)
NAMES = names_of([ANA, BEN, BEN_2, ODD])


@each_case(
    ("text", "people"),
    [
        ("@Ana Nowak, look", {ANA}),
        ("@ana, look", {ANA}),
        ("(@ana)", {ANA}),
        ("@Ben Ray Junior", {BEN_2}),
        ("@Ben Ray, and @Ana", {BEN, ANA}),
        ("**@Ana** and [@Ben Ray](https://example.org)", {ANA, BEN}),
        ("@C++ (the (best", {ODD}),
        # A first name that two people have mentions neither.
        ("@Ben", set()),
        ("ana@ana.example", set()),
        ("@Anabel", set()),
        ("`@Ana`", set()),
        ("    @Ana", set()),
        ("```\n@Ana\n```", set()),
        ("[x](https://example.org/@Ana)", set()),
        ("@@Ana", set()),
        ("", set()),
    ],
)
def test_prose_mentions_people_by_name(text: str, people: set[MentionPerson]) -> None:
    assert mentioned_people(text, NAMES) == {person.pk for person in people}


def test_two_of_one_name_are_both_told() -> None:
    twin = MentionPerson(UUID(int=9), "Ana Nowak")
    assert mentioned_people("@Ana Nowak", names_of([ANA, twin])) == {ANA.pk, twin.pk}


def test_without_people_nobody_is_mentioned() -> None:
    assert mentioned_people("@ @x", names_of([])) == frozenset()


def test_the_pieces_of_a_text_are_the_text() -> None:
    text = "Ask @Ana or @Ben Ray."
    parts = list(pieces(text, NAMES))
    assert parts == [("Ask ", False), ("@Ana", True), (" or ", False), ("@Ben Ray", True), (".", False)]

"""The facts of an update, read from its bytes, agree with the effect in Yjs: its contents, and the updates that it
builds on."""

from __future__ import annotations

import random
from typing import Any

from pycrdt import Doc, Text, merge_updates

from forge.collab.protocol.updates import read_state_vector, read_update
from tests.support.cases import each_case


def typed_together(seed: int) -> list[bytes]:
    """Updates of three who type into one text, in an order in which they happened."""
    chance = random.Random(seed)
    docs: list[Doc[Any]] = [Doc() for _ in range(3)]
    updates: list[bytes] = []
    for doc in docs:
        doc.observe(lambda event: updates.append(bytes(event.update)))
    history: list[bytes] = []
    for _ in range(120):
        doc = chance.choice(docs)
        text = doc.get("t", type=Text)
        now = str(text)
        at = chance.randrange(len(now) + 1)
        start = len(now[:at].encode())
        if chance.random() < 0.3 and at < len(now):
            del text[start : start + len(now[at].encode())]
        else:
            text.insert(start, chance.choice(["a", "\u00e4", "\U0001f600x", "\u65e5\u672c"]))
        history.append(updates[-1])
        for other in docs:
            if other is not doc:
                other.apply_update(history[-1])
    return history


@each_case("seed", range(5))
def test_clocks_are_counted_as_yjs_counts_them(seed: int) -> None:
    state_vector: dict[int, int] = {}
    doc: Doc[Any] = Doc()
    for update in typed_together(seed):
        facts = read_update(update)
        assert facts.fits(state_vector)
        facts.note_in(state_vector)
        doc.apply_update(update)
        assert state_vector == read_state_vector(doc.get_state())
    whole = read_update(doc.get_update())
    assert whole.fits({})
    everything: dict[int, int] = {}
    whole.note_in(everything)
    assert everything == state_vector


@each_case("seed", range(5))
def test_what_fits_is_what_yjs_can_apply_whole(seed: int) -> None:
    """Each later update fits exactly if the document then has all that it brings, when one of them is missing."""
    updates = typed_together(seed)
    place = next(index for index, update in enumerate(updates) if index > 40 and read_update(update).brings)
    lost = updates.pop(place)
    state_vector: dict[int, int] = {}
    doc: Doc[Any] = Doc()
    unfit = 0
    for update in updates:
        facts = read_update(update)
        if not facts.fits(state_vector):
            unfit += 1
            continue
        facts.note_in(state_vector)
        doc.apply_update(update)
        assert state_vector == read_state_vector(doc.get_state())
    assert unfit > 0
    assert not read_update(updates[-1]).fits({})
    assert read_update(lost).fits(state_vector)


def test_a_gap_inside_an_update_must_be_known() -> None:
    doc: Doc[Any] = Doc()
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(bytes(event.update)))
    text = doc.get("t", type=Text)
    for letter in "abc":
        text += letter
    with_gap = read_update(merge_updates(updates[0], updates[2]))
    assert not with_gap.fits({})
    assert with_gap.fits({doc.client_id: 2})

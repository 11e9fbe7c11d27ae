from __future__ import annotations

from pathlib import Path

import pytest

from hmrd.protocol.problems import ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.storage import slots as slots_module
from hmrd.storage.files import StorageFailed
from hmrd.storage.slots import Slots
from rune.digests import digest_of

DATA = b"the bytes of a rune" * 10
RUNE = WantedRune("acme/door/gateways", 1, "1.0", digest_of(DATA), len(DATA))


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    with slots.open_part(RUNE, 0) as file:
        file.write(DATA[:50])

    start = slots.fetched_bytes(RUNE)
    with slots.open_part(RUNE, start) as file:
        file.write(DATA[start:])

    assert start == 50
    assert slots.finish(1, RUNE)
    assert slots.read(1, RUNE) == DATA


def test_bytes_with_another_digest_do_not_reach_a_slot(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    with slots.open_part(RUNE, 0) as file:
        file.write(DATA[::-1])

    assert not slots.finish(0, RUNE)
    assert slots.read(0, RUNE) is None
    assert slots.fetched_bytes(RUNE) == 0


def test_a_changed_byte_in_a_slot_is_noticed(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    slots.put(0, RUNE, DATA)
    slots.path(0).write_bytes(b"T" + DATA[1:])

    assert slots.read(0, RUNE) is None


def test_a_disk_without_room_is_named_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "RESERVE", 2**62)

    with pytest.raises(StorageFailed) as failure:
        Slots(tmp_path).open_part(RUNE, 0)

    assert failure.value.problem.name is ProblemName.DISK_FULL


def test_the_part_of_another_rune_gives_way(tmp_path: Path) -> None:
    slots, other = Slots(tmp_path), WantedRune("acme/door/gateways", 2, "2.0", digest_of(b"2"), 1)
    slots.open_part(RUNE, 0).close()
    slots.open_part(other, 0).close()

    assert [path.name for path in tmp_path.glob("*.part")] == [f"{other.rune[7:]}.part"]

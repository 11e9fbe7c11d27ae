"""The section that says what a rune counts, read from the bytes of anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.running.container import ContainerError, pack, read_watch
from rune.watch.description import LARGEST, SECTION, WatchDescription
from rune.watch.layout import BadLayout
from tests.support.properties import examples
from tests.support.watch import LAYOUT, with_watch

MODULE = b"\0asm\1\0\0\0"


def test_it_comes_back_from_the_bytes_of_a_rune() -> None:
    assert read_watch(MODULE) is None
    assert read_watch(with_watch(MODULE)) == WatchDescription(LAYOUT)
    description = WatchDescription(LAYOUT, {"answers": 212})
    assert read_watch(pack(MODULE, {SECTION: description.to_bytes()})) == description


@pytest.mark.parametrize("section", [b"", b"[]", b"{}", b'{"layout":[]}', b"\xff", b'{"layout":{},"reference":1}'])
def test_another_form_is_refused_by_name(section: bytes) -> None:
    with pytest.raises(ContainerError):
        read_watch(pack(MODULE, {SECTION: section}))


def test_a_section_has_a_largest_size() -> None:
    with pytest.raises(BadLayout, match="at most"):
        WatchDescription.from_bytes(b"{" + b" " * LARGEST + b"}")


@examples(200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        WatchDescription.from_bytes(data)
    except BadLayout:
        return

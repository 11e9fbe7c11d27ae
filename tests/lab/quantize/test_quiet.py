"""Warnings are ignored in a block, also where two threads are in such blocks at once."""

from __future__ import annotations

import threading
import warnings

from lab.quantize.quiet import without_warnings


def test_the_end_of_one_block_does_not_bring_warnings_back_into_another() -> None:
    is_first_inside, is_second_done = threading.Event(), threading.Event()

    def second() -> None:
        is_first_inside.wait()
        with without_warnings():
            pass
        is_second_done.set()

    with warnings.catch_warnings(record=True) as records:
        warnings.simplefilter("always")
        thread = threading.Thread(target=second)
        thread.start()
        with without_warnings():
            is_first_inside.set()
            assert not is_second_done.wait(0.05), "one thread at a time"
            warnings.warn("of memory", UserWarning, stacklevel=1)
        thread.join()
        warnings.warn("of something else", UserWarning, stacklevel=1)
    assert [str(each.message) for each in records] == ["of something else"]

"""Pausing the search for garbage: it goes on afterwards, and only where it went on before."""

from __future__ import annotations

import gc

import pytest

from rune.gc_paused import uncollected


@uncollected()
def _stop() -> None:
    assert not gc.isenabled()
    with uncollected():
        pass
    assert not gc.isenabled()
    raise ValueError("stop")


def test_the_search_goes_on_afterwards_also_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"):
        _stop()
    assert gc.isenabled()

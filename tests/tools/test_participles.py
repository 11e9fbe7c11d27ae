"""The check of variables that are participles, first on what it must refuse."""

from __future__ import annotations

import pytest

from tools.checks.participles import PARTICIPLES, refused_participles


@pytest.mark.parametrize(
    "source",
    [
        "known = 1",
        "_chosen: int = 1",
        "known_: int = 1",
        "def f(shown): pass",
        "def f(*, shown: str = 'a') -> None: pass",
        "def f(first, /, written: bool | None): pass",
        "lambda sent: sent",
        "def f():\n    for said in x: pass",
        "[used for used in x]",
        "with open(a) as stored: pass",
        "if (wanted := f()): pass",
        "def f():\n    class A:\n        def g(self):\n            named, b = x",
        "class Drawn: pass",
        "class _Shown: pass",
    ],
)
def test_a_participle_alone_is_refused(source: str) -> None:
    (finding,) = refused_participles("a.py", source)
    assert finding[1].strip("_").lower() in PARTICIPLES


@pytest.mark.parametrize(
    "source",
    [
        "known_labels = 1",
        "unknown = 1",
        "def f(locked: bool): pass",
        "def f(*, chosen: bool = False): pass",
        "class A:\n    stored: int = 0",
        "class A:\n    REFUSED = 1",
        "APPROVED = 'approved'",
        "a.stored = 1",
        "def checked(a): pass",
        "started = 1",
        "rounded = 1",
        "print(known)",
    ],
)
def test_adjectives_flags_fields_functions_and_times_are_not_refused(source: str) -> None:
    assert list(refused_participles("a.py", source)) == []


def test_the_line_is_that_of_the_name() -> None:
    assert list(refused_participles("a.py", "def f(\n    a,\n    known,\n): pass")) == [(3, "known")]


def test_a_dictated_name_is_refused_elsewhere() -> None:
    assert list(refused_participles("lab/refusal.py", "class Refused(Exception): pass")) == []
    assert len(list(refused_participles("lab/other.py", "class Refused(Exception): pass"))) == 1

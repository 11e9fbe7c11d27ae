"""Warm processes belong to one organisation each."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from forge.compute.compiler import Compiler
from forge.compute.warm_compilers import WARM_MEMORY, WarmCompilers

ACME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


class Counted(Compiler):
    """A process that is never started for real."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.is_closed = self.is_started = False

    def start(self) -> Path:
        self.is_started = True
        return Path()

    def close(self) -> None:
        self.is_closed = True


def pool(kept: int = 2) -> tuple[WarmCompilers, list[Counted]]:
    made: list[Counted] = []

    def new_compiler() -> Counted:
        made.append(Counted())
        return made[-1]

    return WarmCompilers(new_compiler, kept), made


def test_a_process_is_lent_to_the_same_organisation_again_and_to_no_other() -> None:
    compilers, made = pool()
    with compilers.lend(ACME) as first:
        pass
    with compilers.lend(OTHER) as second:
        assert second is not first
    with compilers.lend(ACME) as again, compilers.lend(ACME) as beside:
        assert again is first
        assert beside not in (first, second)
    assert len(made) == 3


def test_the_process_that_waited_longest_is_ended_when_there_are_too_many() -> None:
    compilers, made = pool(kept=2)
    for organisation in (ACME, OTHER, THIRD):
        with compilers.lend(organisation):
            pass
    assert [one.is_closed for one in made] == [True, False, False]


def test_an_unused_process_is_started_ahead_and_again_after_it_found_an_organisation() -> None:
    compilers, made = pool()
    compilers.warm_up()
    with compilers.lend(ACME) as lent:
        assert lent is made[0]
    assert [one.is_started for one in made] == [True, True]
    with compilers.lend(ACME) as again:
        assert again is lent
    assert len(made) == 2


def test_a_process_that_grew_is_replaced() -> None:
    compilers, made = pool()
    with compilers.lend(ACME) as lent:
        lent.memory = WARM_MEMORY + 1
    assert made[0].is_closed
    with compilers.lend(ACME) as another:
        assert another is not lent


def test_all_are_ended_at_the_end() -> None:
    compilers, made = pool()
    compilers.warm_up()
    with compilers.lend(ACME):
        pass
    compilers.close()
    assert all(one.is_closed for one in made)

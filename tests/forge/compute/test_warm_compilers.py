"""Warm processes belong to one organisation each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from forge.compute.pool.compiler import Compiler
from forge.compute.pool.warm_compilers import WARM_MEMORY, WarmCompilers

ACME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


class StubCompiler(Compiler):
    """A compiler whose process is never started for real."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.is_closed = False
        self.has_process = True

    @property
    def alive(self) -> bool:
        return self.has_process

    def serve(self, organisation: UUID) -> None:
        """Does the part of `run` before a job."""
        self._owner = organisation

    def close(self) -> None:
        self.is_closed = True


class Pool:
    """Warm compilers with all that were made."""

    def __init__(self, limit: int = 2) -> None:
        self.created: list[StubCompiler] = []
        self.compilers = WarmCompilers(self._new_compiler, limit)

    def _new_compiler(self) -> StubCompiler:
        self.created.append(StubCompiler())
        return self.created[-1]

    @contextmanager
    def used(self, organisation: UUID) -> Iterator[Any]:
        """A compiler that is lent for a job."""
        with self.compilers.lend(organisation) as compiler:
            assert isinstance(compiler, StubCompiler)
            compiler.serve(organisation)
            yield compiler


@pytest.mark.protects("compiling/leftovers")
def test_a_process_is_lent_to_the_same_organisation_again_and_to_no_other() -> None:
    pool = Pool()
    with pool.used(ACME) as first:
        pass
    with pool.used(OTHER) as second:
        assert second is not first
    with pool.used(ACME) as again, pool.used(ACME) as beside:
        assert again is first
        assert beside not in (first, second)
    assert len(pool.created) == 3


def test_the_process_that_waited_longest_is_ended_when_there_are_too_many() -> None:
    pool = Pool(limit=2)
    for organisation in (ACME, OTHER, THIRD):
        with pool.used(organisation):
            pass
    assert [one.is_closed for one in pool.created] == [True, False, False]


def test_a_process_that_grew_or_ended_is_not_lent_again() -> None:
    pool = Pool()
    with pool.used(ACME) as large:
        large.memory = WARM_MEMORY + 1
    with pool.used(ACME) as dead:
        assert dead is not large
        dead.has_process = False
    with pool.used(ACME) as another:
        assert another not in (large, dead)
    assert [one.is_closed for one in pool.created] == [True, True, False]


def test_all_are_ended_at_the_end() -> None:
    pool = Pool()
    with pool.used(ACME), pool.used(OTHER):
        pass
    pool.compilers.close()
    assert [one.is_closed for one in pool.created] == [True, True]

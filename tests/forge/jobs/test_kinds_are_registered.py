"""Each kind of jobs that the code declares is one that workers know."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import forge
from forge.jobs.kinds import JobKind, kinds
from tests.forge.acts import code_of


@pytest.mark.slow
def test_each_kind_that_is_declared_is_registered() -> None:
    code = code_of(Path(forge.__path__[0]))
    modules = [import_module(name) for name, module in code.items() if "JobKind" in module.names]
    names = {each.name for module in modules for each in vars(module).values() if isinstance(each, JobKind)}
    assert len(names) > 10
    assert names - {kind.name for kind in kinds()} == set()

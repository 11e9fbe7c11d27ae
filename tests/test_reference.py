"""The pages that are made from the code say what the code says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from forge.serving.configuration.environment import read_environment, secret_key
from tests.support.cases import each_case
from tools.reference import documents
from tools.reference.command import command_page
from tools.reference.page import REFERENCE
from tools.reference.settings import SETTINGS


@pytest.mark.slow
def test_every_generated_file_is_fresh() -> None:
    stale = [
        path.name
        for path, text in documents.generated_files().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    assert not stale, f"run make reference: {stale}"


class RecordingEnvironment(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_every_variable_that_is_read_is_on_the_page(tmp_path: Path) -> None:
    environment = RecordingEnvironment()
    read_environment(environment, tmp_path)
    secret_key(tmp_path, environment)
    assert environment.names == set(SETTINGS)


@each_case("command", ["rune block add", "rune block test", "rune data pull", "rune data import"])
def test_the_commands_of_a_group_are_on_the_page(command: str) -> None:
    part = command_page().split(f"\n### {command}\n", 1)[1].split("\n##", 1)[0]
    assert f"{command} [OPTIONS]" in part
    assert "| option | |" in part


def test_a_status_of_registries_is_not_of_two_commands_alone() -> None:
    statuses = command_page().split("## Exit status", 1)[1].split("\n## ", 1)[0]
    assert "| 3 | The registry gave no answer. |" in statuses
    assert "holds no rune. The artifact exists and is not the block" in statuses


@each_case("name", ["command.md", "blocks.md", "operators.md", "settings.md"])
def test_links_of_a_page_lead_to_files(name: str) -> None:
    text = (REFERENCE / name).read_text("utf-8")
    targets = [part.split(")")[0] for part in text.split("](")[1:]]
    assert all((REFERENCE / target.split("#")[0]).exists() for target in targets)

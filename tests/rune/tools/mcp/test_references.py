"""The references and tasks of servers for assistants."""

from __future__ import annotations

import re
import runpy
from string import Formatter

import pytest

from rune.tools.cli.agents.server import folder_tools
from rune.tools.mcp.references import PAGES, references
from rune.tools.mcp.server import TaskPrompt
from rune.tools.mcp.tasks import TASKS
from tests.conftest import REPOSITORY


def test_each_reference_is_a_text_with_a_title() -> None:
    texts = {each.uri: each.text() for each in references()}
    assert len(texts) == len(PAGES)
    assert all(text.startswith("# ") for text in texts.values())
    assert "RUNE0001" in texts["hammer-forge://reference/diagnostics"]
    assert "| `microbit-v2` | BBC micro:bit V2 | cortex-m4 |" in texts["hammer-forge://reference/boards"]


def test_a_wheel_carries_the_pages_of_the_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setuptools.setup", lambda **_: None)
    assert set(runpy.run_path(str(REPOSITORY / "setup.py"))["PAGES"]) == set(PAGES)


@pytest.mark.parametrize("task", TASKS, ids=lambda each: each.name)
def test_a_task_asks_for_its_arguments_and_has_a_skill(task: TaskPrompt) -> None:
    assert {name for _, name, _, _ in Formatter().parse(task.text) if name} == set(task.arguments)
    assert (REPOSITORY / "examples" / "agents" / task.name / "SKILL.md").is_file()
    names = set(re.findall(r"`([a-z]+_[a-z_]+)`", task.text))
    assert names <= {each.name for each in folder_tools()}

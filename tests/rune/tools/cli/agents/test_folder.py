"""The tools of `rune mcp` in a folder: what they never read or write, and what they answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rune.tools.cli.agents.guarded_files import may_hold_secrets
from rune.tools.mcp.declarations import ToolRefused
from tests.support.agents.folder_agent import FolderAgent

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args: {length: 4}
    outputs: [{type: f32, dimensions: [1]}]
  serial: {out: SERIAL, inputs: [input]}
"""
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def agent(tmp_path: Path) -> FolderAgent:
    """An assistant in the folder `work`, beside a folder that is not its own."""
    (tmp_path / "work").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.txt").write_text("of somebody else")
    (tmp_path / "work" / "Runefile.yml").write_text(RUNEFILE)
    return FolderAgent(tmp_path / "work")


def refused(agent: FolderAgent, tool: str, **arguments: object) -> str:
    """Returns the name of the refusal of a call."""
    with pytest.raises(ToolRefused) as refusal:
        agent.call(tool, **arguments)
    assert "of somebody else" not in refusal.value.detail
    return refusal.value.name


def paths(agent: FolderAgent, project: str = ".") -> set[str]:
    """Returns the paths of the files that a project lists."""
    return {each.path for each in agent.call("read_project", project=project).files}


@pytest.mark.protects("agents/folder")
@pytest.mark.parametrize("path", ["../elsewhere/notes.txt", "/etc/hostname", "a/../../elsewhere/notes.txt", "C:\\x"])
def test_no_tool_reads_or_writes_outside_of_the_folder(agent: FolderAgent, path: str) -> None:
    refused(agent, "read_project", paths=[path])
    refused(agent, "edit_draft", edits=[{"path": path, "new": "x"}], reason="x")
    refused(agent, "read_project", project=path)
    refused(agent, "start_project", project=path, template="sine")
    assert [each.name for each in (agent.folder.parent / "elsewhere").iterdir()] == ["notes.txt"]
    assert [each.name for each in agent.folder.iterdir()] == ["Runefile.yml"]


@pytest.mark.protects("agents/folder")
def test_links_that_lead_out_are_neither_followed_nor_replaced(agent: FolderAgent) -> None:
    outside = agent.folder.parent / "elsewhere"
    (agent.folder / "notes.txt").symlink_to(outside / "notes.txt")
    (agent.folder / "out").symlink_to(outside)
    (agent.folder / "work.rune").symlink_to(outside / "work.rune")
    assert paths(agent) == {"Runefile.yml"}
    for path in ("notes.txt", "out/notes.txt"):
        refused(agent, "read_project", paths=[path])
        refused(agent, "edit_draft", edits=[{"path": path, "new": "x"}], reason="x")
    refused(agent, "edit_draft", edits=[{"path": "out/new.txt", "new": "x"}], reason="x")
    refused(agent, "read_project", project="out")
    refused(agent, "start_project", project="out/new", template="sine")
    refused(agent, "evaluate_build", build=1, samples="out")
    assert refused(agent, "build_draft") == "not-written"
    assert [each.name for each in outside.iterdir()] == ["notes.txt"]
    assert (outside / "notes.txt").read_text() == "of somebody else"


@pytest.mark.protects("agents/folder")
@pytest.mark.parametrize(
    "path", [".env", "deploy/.env", ".git/config", "prod.env", "signing.pem", "id_ed25519", "secrets.yml", "Server.KEY"]
)
def test_files_that_may_hold_secrets_are_neither_read_listed_nor_written(agent: FolderAgent, path: str) -> None:
    place = agent.folder / path
    place.parent.mkdir(exist_ok=True)
    place.write_text("TOKEN=of somebody else")
    (agent.folder / "harmless.txt").symlink_to(place)
    assert may_hold_secrets(path)
    assert paths(agent) == {"Runefile.yml"}
    for name in (path, "harmless.txt"):
        refused(agent, "read_project", paths=[name])
        refused(agent, "edit_draft", edits=[{"path": name, "new": "x"}], reason="x")
    assert place.read_text() == "TOKEN=of somebody else"


@pytest.mark.protects("agents/folder")
def test_a_private_key_is_not_read_whatever_its_file_is_called(agent: FolderAgent) -> None:
    (agent.folder / "notes.txt").write_text(PRIVATE_KEY)
    assert paths(agent) == {"Runefile.yml"}
    assert refused(agent, "read_project", paths=["notes.txt"]) == "file-not-in-project"
    assert refused(agent, "edit_draft", edits=[{"path": "notes.txt", "new": "x"}], reason="x") == "forbidden"
    assert (agent.folder / "notes.txt").read_text() == PRIVATE_KEY


def test_edits_are_carried_out_all_or_none_and_a_conflict_is_data(agent: FolderAgent) -> None:
    first = {"path": "words.txt", "new": "yes\nno\n"}
    answer = agent.call("edit_draft", edits=[first, {"path": "Runefile.yml", "old": "[1]", "new": "[2]"}], reason="x")
    assert ([each.path for each in answer.changed], answer.can_be_built) == (["Runefile.yml", "words.txt"], False)
    assert answer.problems[0].line == 7
    wrong = [{"path": "words.txt", "old": "no", "new": "up"}, {"path": "Runefile.yml", "old": "[1]", "new": "[3]"}]
    assert refused(agent, "edit_draft", edits=wrong, reason="x") == "edit-conflict"
    assert refused(agent, "edit_draft", edits=[{"path": "words.txt", "new": "x"}], reason="x") == "edit-conflict"
    assert refused(agent, "edit_draft", edits=[{"path": "a.txt", "new": "a"}, {"path": ".env", "new": "a"}], reason="x")
    assert (agent.folder / "words.txt").read_text() == "yes\nno\n"
    assert not (agent.folder / "a.txt").exists()
    (row,) = [each for each in agent.call("read_project").files if each.path == "words.txt"]
    agent.call("edit_draft", edits=[{"path": "words.txt", "digest": row.digest}], reason="It is not used.")
    assert paths(agent) == {"Runefile.yml"}


def test_two_spellings_of_a_path_are_one_file(agent: FolderAgent) -> None:
    edits = [
        {"path": "./Runefile.yml", "old": "version: 1", "new": "# One\nversion: 1"},
        {"path": "Runefile.yml", "old": "image:", "new": "# Two\nimage:"},
    ]
    answer = agent.call("edit_draft", edits=edits, reason="x")
    assert [each.path for each in answer.changed] == ["Runefile.yml"]
    assert (agent.folder / "Runefile.yml").read_text().startswith("# One\nversion: 1\n# Two\nimage:")


def test_a_large_file_is_listed_without_being_read(agent: FolderAgent) -> None:
    (agent.folder / "model.tflite").write_bytes(bytes(2 << 20))
    (row,) = [each for each in agent.call("read_project").files if each.path == "model.tflite"]
    assert (row.size, row.digest, row.is_text) == (2 << 20, "", False)
    edits = [{"path": "model.tflite", "new": "x"}]
    assert refused(agent, "edit_draft", edits=edits, reason="x") == "invalid"


def test_a_text_keeps_its_permissions_and_is_data_with_its_origin(agent: FolderAgent) -> None:
    (agent.folder / "Runefile.yml").chmod(0o640)
    agent.call("edit_draft", edits=[{"path": "Runefile.yml", "old": "image:", "new": "# It\nimage:"}], reason="x")
    assert (agent.folder / "Runefile.yml").stat().st_mode & 0o777 == 0o640
    (text,) = agent.call("read_project", paths=["Runefile.yml"]).texts
    assert (text.origin, "# It" in text.text) == ("Runefile.yml of work", True)


def test_problems_have_their_fixes_and_a_failed_build_says_where(agent: FolderAgent) -> None:
    edit = {"path": "Runefile.yml", "old": "[input]", "new": "[inptu]"}
    agent.call("edit_draft", edits=[edit], reason="x")
    (problem,) = agent.call("check_project").problems
    assert (problem.code, problem.file, problem.line, len(problem.fixes)) == ("RUNE0021", "Runefile.yml", 8, 1)
    build = agent.call("build_draft")
    assert (build.state, build.rune_bytes) == ("failed", None)
    assert "Runefile.yml, line 8: RUNE0021" in build.error
    assert refused(agent, "run_build", build=build.build) == "no-rune"


def test_a_build_is_written_run_and_compared(agent: FolderAgent) -> None:
    first = agent.call("build_draft")
    assert first.rune_bytes == (agent.folder / "work.rune").stat().st_size
    assert first.milliseconds is not None
    (output,) = agent.call("run_build", build=first.build).outputs
    assert (output.stage, output.type, output.dimensions, len(output.elements)) == ("serial", "f32", [1], 1)
    (agent.folder / "two.raw").write_bytes(b"\0\0\0\x40")
    assert agent.call("run_build", build=first.build, file="two.raw").outputs[0].elements == [2.0]
    agent.call(
        "edit_draft",
        edits=[
            {"path": "Runefile.yml", "old": "length: 4", "new": "length: 8"},
            {"path": "Runefile.yml", "old": "[1]", "new": "[2]"},
        ],
        reason="Two numbers.",
    )
    second = agent.call("build_draft")
    comparison = agent.call("compare_builds", before=first.build, after=second.build)
    assert any("2" in each for each in comparison.sentences)
    assert {"rune", "memory", "time of a run"} <= {each.name for each in comparison.figures}
    assert "cannot be compared" in comparison.verdict
    opened_build = agent.call("open_rune", file="work.rune")
    same = agent.call("compare_builds", before=second.build, after=opened_build.build)
    assert same.sentences == ["Both runes have the same bytes."]


def test_a_template_is_copied_into_a_folder_and_replaces_nothing(agent: FolderAgent) -> None:
    templates = {each.name for each in agent.call("find_templates").templates}
    assert {"sine", "keywords"} <= templates
    started = agent.call("start_project", project="apps/sine", template="sine")
    assert (started.can_be_built, (agent.folder / "apps" / "sine" / "Runefile.yml").is_file()) == (True, True)
    assert refused(agent, "start_project", project="apps/sine", template="sine") == "conflict"
    assert refused(agent, "start_project", template="nothing") == "not-found"
    assert [each.name for each in agent.call("list_projects").projects] == [".", "apps/sine"]


def test_blocks_and_boards_have_addresses_of_references(agent: FolderAgent) -> None:
    blocks = agent.call("find_blocks", words="mel sound").blocks
    assert blocks[0].page.startswith("hammer-forge://reference/blocks#")
    boards = {each.key: each for each in agent.call("find_boards").boards}
    assert boards["microbit-v2"].target == "cortex-m4"


@pytest.mark.slow
def test_without_the_extra_the_command_says_what_to_install() -> None:
    program = "import sys; sys.modules['mcp'] = None; from rune.tools.cli import main; main(['mcp'])"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (process.returncode, process.stdout) == (1, "")
    assert "needs the package mcp" in process.stderr
    assert "mcp is not installed: run `pip install '.[agents]'`" in process.stderr

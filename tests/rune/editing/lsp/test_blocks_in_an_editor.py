"""An editor shows what is wrong in a block of a project, and what its names are, while neither file is saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rune.editing.lsp.language_client import LanguageClient
from tests.support.language.block_files import BLOCK, RUNEFILE


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageClient]:
    folder = tmp_path_factory.mktemp("blocks")
    (folder / "Runefile.yml").write_text(RUNEFILE, encoding="utf-8")
    (folder / "smooth.py").write_text("", encoding="utf-8")
    with LanguageClient(folder, {}) as client:
        yield client


@pytest.mark.slow
def test_a_block_has_its_problems_and_answers(client: LanguageClient) -> None:
    block = client.open("smooth.py", BLOCK.replace("    return last", "    return lost"), "python")
    runefile = client.open("Runefile.yml", RUNEFILE)
    (problem,) = client.diagnostics(block, bool)
    assert (problem["code"], problem["range"]["start"]) == ("RUNE0114", {"line": 9, "character": 11})
    assert [each["code"] for each in client.diagnostics(runefile, bool)] == ["RUNE0119"]
    client.change(block, 2, {"text": BLOCK})
    assert client.diagnostics(block, lambda diagnostics: not diagnostics) == []
    at = {"textDocument": {"uri": block}, "position": {"line": 5, "character": 6}}
    assert "`loudest: f32`" in client.ask("textDocument/hover", at)["contents"]["value"]
    assert "alpha" in {item["label"] for item in client.ask("textDocument/completion", at)["items"]}
    (place,) = client.ask("textDocument/definition", at)
    assert (place["uri"], place["range"]["start"]) == (block, {"line": 5, "character": 4})
    edits = client.ask("textDocument/rename", {**at, "newName": "top"})["changes"][block]
    assert [each["range"]["start"]["line"] for each in edits] == [5, 8, 8]
    client.change(block, 3, {"text": BLOCK.replace("    return last", "    return lost")})
    client.diagnostics(block, bool)
    client.notify("textDocument/didClose", {"textDocument": {"uri": runefile}})
    assert client.diagnostics(block, lambda diagnostics: not diagnostics) == []

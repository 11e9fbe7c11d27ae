"""The guide of the library: its blocks run in order. Notebooks run in the proofs; here their form is looked at."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.documents.notebooks import code_cells, notebook, run_cells

GUIDE = REPOSITORY / "docs" / "guides" / "python.md"
NOTEBOOKS = sorted((REPOSITORY / "examples" / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
def test_every_block_of_the_guide_works(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 8
    shutil.copytree(REPOSITORY / "examples" / "keywords", tmp_path / "keywords")
    run_cells(blocks, tmp_path)
    assert (tmp_path / "keywords.rune").stat().st_size > 0


def test_a_cell_that_fails_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_cells(["x = 1", "x / 0", "x"], tmp_path)
    assert run_cells(["x = 1", "x + 1"], tmp_path) == [(None, None), ("2", None)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    document = notebook(path)
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    for source in code_cells(path):
        ast.parse(source)

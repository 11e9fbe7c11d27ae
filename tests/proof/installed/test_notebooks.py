"""Every notebook of the project is run, cell by cell, in a fresh interpreter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import REPOSITORY
from tests.support.documents.notebooks import code_cells, run_cells

NOTEBOOKS = REPOSITORY / "examples" / "notebooks"

pytestmark = pytest.mark.proof


def test_every_cell_of_every_notebook_runs(record_property: Callable[[str, object], None]) -> None:
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert paths
    cells = 0
    for path in paths:
        outputs = run_cells(code_cells(path), NOTEBOOKS)
        cells += len(outputs)
        assert any(page and "<table>" in page for _, page in outputs), path
    record_property("notebooks", len(paths))
    record_property("cells", cells)

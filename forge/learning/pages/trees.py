"""The page of a conversion of decision trees: what they are, what they need on boards, and the stages that run them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forge.learning.conversions.serializers import form_file_name, form_url
from forge.learning.conversions.trees import ConvertedTreesJson
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.offers.actions import ApplyPath
from forge.learning.offers.trees import class_sentence, stages_with_resource
from forge.learning.pages.comparison import Column, FormCell, FormComparison, FormFigureRow, board_rows
from rune.devices.boards.lookup import boards as all_boards
from rune.devices.boards.lookup import find_board
from rune.wording import size_text


def trees_context(
    row: ModelConversion, trees: ConvertedTreesJson, form: ConvertedForm, paths: Sequence[ApplyPath]
) -> dict[str, Any]:
    """Returns the values of the page's template. The stages name the first of the `paths` as the file."""
    path = paths[0].path if paths else form_file_name(form)
    return {
        "trees": trees,
        "table": _table(row, trees, form),
        "class_sentence": class_sentence(trees) if trees["classes"] else "",
        "stages": stages_with_resource(trees, path),
        "chosen_form": form,
        "chosen_url": form_url(row, form),
        "boards": all_boards(),
    }


def _table(row: ModelConversion, trees: ConvertedTreesJson, form: ConvertedForm) -> FormComparison:
    """Returns the figures as a table of one column, with the needs on the boards of the conversion."""
    column = Column(form, form.name, "the file of decision_trees", is_chosen=False, is_suggested=False, warning="")
    figures = [
        ("Trees", "", f"{trees['trees']:,}"),
        ("Nodes", "splits and leaves", f"{trees['nodes']:,}"),
        ("Features", "numbers that they read", f"{trees['features']:,}"),
        ("Difference", "the largest on 256 inputs, of the largest result", _difference(trees["difference"])),
        ("File", "", size_text(form.size)),
    ]
    rows = [FormFigureRow(title, about, (FormCell(text),)) for title, about, text in figures]
    boards = [find_board(key) for key in row.boards]
    return FormComparison((column,), (*rows, *(each for board in boards for each in board_rows([form], board))))


def _difference(share: float) -> str:
    return f"{share:.1g}" if share else "none"

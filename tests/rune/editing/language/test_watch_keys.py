"""The key `watch` in an editor, which offers, explains, formats and keeps it."""

from __future__ import annotations

from rune.editing.language.apply import apply_edits
from rune.editing.language.completion.completing import complete
from rune.editing.language.format.formatting import format_text
from rune.editing.language.graph.edit import GraphEdit, RemoveStage, RenameStage, SetArgument, SetTarget, edit_graph
from rune.editing.language.hover import hover
from tests.rune.editing.language.projects import CURSOR, at_cursor
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed

TEXT = """\
version: 1
image: runicos/base
watch: off

pipeline:
  audio:
    capability: SOUND
    # How loud it is.
    watch: [level, mean]  # two of them
    args:
      hz: 16000
      sample-duration-ms: 1000
    outputs:
      - {type: i16, dimensions: [16000]}

  smaller:
    proc-block: cast
    inputs: [audio]
    watch: mean
    args:
      type: i8

  out:
    out: SERIAL
    inputs: [smaller]
"""
PARTS = ("watch: off", "# How loud it is.", "watch: [level, mean]  # two of them", "watch: mean")


def _labels(text: str) -> list[str]:
    completions = complete(*at_cursor(text))
    return [] if completions is None else [item.label for item in completions.items]


def test_the_values_are_offered() -> None:
    start = TEXT[: TEXT.index("    # How")]
    assert _labels(f"{start}    watch: {CURSOR}\n") == ["level", "mean"]
    assert _labels(f"{start}    watch: [le{CURSOR}]\n") == ["level", "mean"]
    assert "watch" in _labels(f"{start}    {CURSOR}\n")
    assert "watch" not in _labels(TEXT + f"    {CURSOR}\n")
    assert _labels(f"version: 1\nwatch: {CURSOR}\npipeline:\n") == ["off"]


@each_case(
    ("at", "text"),
    [
        ("watch: [", "At most two in a Runefile"),
        ("level", "The mean of the squares"),
        ("mean", "The mean of all elements"),
        ("watch: off", "leaves out all counting"),
        ("off", "counts nothing"),
    ],
)
def test_the_key_and_its_values_are_explained(at: str, text: str) -> None:
    place = TEXT.index(at) + 1
    tooltip = hover(*at_cursor(TEXT[:place] + CURSOR + TEXT[place:]))
    assert tooltip is not None
    assert text in tooltip.text


def test_the_formatter_leaves_a_formatted_text_as_it_is() -> None:
    assert format_text(analysed(TEXT)) == ()
    loose = TEXT.replace("    watch: mean", "    watch:    mean")
    assert apply_edits(loose, format_text(analysed(loose))) == TEXT


@each_case(
    "edit",
    [
        RenameStage("audio", "sound"),
        SetArgument("audio", "hz", 8000),
        SetArgument("smaller", "type", "u8"),
        SetTarget("out", "TENSOR"),
        RemoveStage("out"),
    ],
)
def test_an_edit_of_the_graph_keeps_it(edit: GraphEdit) -> None:
    after = apply_edits(TEXT, edit_graph(analysed(TEXT), edit))
    assert after != TEXT
    assert all(part in after for part in PARTS)

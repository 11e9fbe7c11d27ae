"""The check says before a wire is drawn whether it fits, for one input or for all at once."""

from __future__ import annotations

from rune.editing.language.apply import apply_edits
from rune.editing.language.graph.edit import Connect, edit_graph
from rune.editing.language.graph_edits.connection_check import fits, fitting
from rune.port import Port
from tests.rune.editing.language.graph.graph_project import PROJECT
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed

TWO = PROJECT.replace(
    "  best:\n",
    "  two:\n    model: ./two.tflite\n    inputs: []\n\n  raw:\n    out: TENSOR\n    inputs: []\n\n  best:\n",
)


@each_case(
    ("source", "target", "index", "words"),
    [
        ("model", "best", 0, None),
        ("best", "word", 0, None),
        ("word", "answer", 2, None),
        ("model", "answer", 0, None),
        ("word", "raw", 0, "A TENSOR output cannot carry text"),
        ("best", "model", 0, "would close a cycle"),
        ("audio", "two", 0, '"a" is f32[2], but "audio" gives i16[16000]'),
        ("audio", "two", 1, '"b" is u8[4]'),
        ("audio", "two", 2, "takes 2 inputs"),
        ("audio", "best", 1, "takes 1 input and not 2"),
        ("word", "best", 0, "would close a cycle"),
        ("audio", "audio", 0, "is a capability"),
        ("best", "best", 0, "cannot read from itself"),
        ("answer", "word", 0, "other stages cannot read from it"),
        ("best", "answer", 7, "connect input 2 first"),
        ("nobody", "word", 0, "There is no stage"),
    ],
)
def test_a_wire_fits_or_one_sentence_says_why_not(source: str, target: str, index: int, words: str | None) -> None:
    reason = fits(analysed(TWO), Port(source, 0), target, index)
    assert reason == words if words is None else words in (reason or "")
    assert reason is None or reason.endswith(".")


def test_all_inputs_at_once_say_the_same_as_one_by_one() -> None:
    analysis = analysed(TWO)
    for source in ("audio", "model", "best", "word"):
        at_once = fitting(analysis, Port(source, 0))
        assert {fit.stage for fit in at_once} == {"model", "two", "raw", "best", "word", "answer"} - {source}
        for fit in at_once:
            assert fit.reason == fits(analysis, Port(source, 0), fit.stage, fit.index)


def test_what_fits_makes_no_new_error_about_the_input_and_what_does_not_makes_one() -> None:
    analysis = analysed(PROJECT)
    before = {diagnostic.message for diagnostic in analysis.checked_runefile.diagnostics}
    for source in ("audio", "model", "best"):
        for fit in fitting(analysis, Port(source, 0)):
            if fit.reason is not None and "cycle" in fit.reason:
                continue
            text = apply_edits(PROJECT, edit_graph(analysis, Connect(Port(source, 0), fit.stage, fit.index)))
            stage = next(each for each in analysed(text).checked_runefile.syntax.stages if each.name.text == fit.stage)
            lines = {input_.whole.start.line for input_ in stage.inputs} | {stage.name.span.start.line}
            errors = [
                each
                for each in analysed(text).checked_runefile.diagnostics
                if each.span.start.line in lines and each.message not in before and each.severity.value == "error"
            ]
            assert bool(errors) is (fit.reason is not None), (source, fit, errors)


def test_a_broken_stage_elsewhere_hides_nothing() -> None:
    text = TWO.replace("    wordlist: $WORDS", "    wordlist: [")
    assert "cycle" in (fits(analysed(text), Port("best", 0), "model", 0) or "")
    assert fits(analysed(text), Port("model", 0), "best", 0) is None

"""Files that a Runefile names: found, and named anew when they move."""

from __future__ import annotations

from rune.editing.language.names.file_mentions import file_mentions, rename_files
from tests.rune.editing.language.projects import WORDS, applied
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed


def moved(text: str, **paths: str) -> str:
    return applied(
        text, rename_files(analysed(text), {"words.tflite": "models/w.tflite", "labels.txt": "l.txt"} | paths)
    )


def test_models_and_resources_name_files() -> None:
    mentions = [(each.path, each.kind, each.by) for each in file_mentions(analysed(WORDS))]
    assert mentions == [("words.tflite", "stage", "model"), ("labels.txt", "resource", "LABELS")]
    spans = [each.span for each in file_mentions(analysed(WORDS))]
    assert [WORDS[span.start.offset : span.end.offset] for span in spans] == ["./words.tflite", "./labels.txt"]


def test_each_is_named_by_its_new_path_and_nothing_else_changes() -> None:
    assert moved(WORDS) == WORDS.replace("./words.tflite", "./models/w.tflite").replace("./labels.txt", "./l.txt")
    assert rename_files(analysed(WORDS), {"other.txt": "x.txt"}) == ()


@each_case(
    ("before", "after"),
    [
        ("words.tflite", "models/w.tflite"),
        ("'./words.tflite'", "'./models/w.tflite'"),
        ('"words.tflite"  # mine', '"models/w.tflite"  # mine'),
        ("././words.tflite", "./models/w.tflite"),
    ],
)
def test_quotes_comments_and_the_way_of_writing_stay(before: str, after: str) -> None:
    assert moved(WORDS.replace("./words.tflite", before)) == moved(WORDS).replace("./models/w.tflite", after)


@each_case("name", ["a b.tflite", "it's.tflite", "x: y.tflite", "#.tflite", "yes", "漢字.tflite", "1e3"])
def test_a_name_that_needs_quotes_gets_them(name: str) -> None:
    text = applied(WORDS, rename_files(analysed(WORDS), {"words.tflite": name}))
    assert [each.path for each in file_mentions(analysed(text))] == [name, "labels.txt"]


def test_a_broken_file_is_changed_too() -> None:
    text = WORDS.replace("inputs: [audio]", "inputs: [audio")
    assert moved(text) == text.replace("./words.tflite", "./models/w.tflite").replace("./labels.txt", "./l.txt")


def test_the_old_text_form_is_changed_where_it_can_hold_the_name() -> None:
    old = (
        "FROM runicos/base\nCAPABILITY<I16[1, 16000]> audio SOUND\nMODEL<I16[1, 16000],F32[1,3]> model ./words.tflite\n"
    )
    old += "OUT serial\nRUN audio model serial\n"
    assert [each.path for each in file_mentions(analysed(old))] == ["words.tflite"]
    assert moved(old) == old.replace("./words.tflite", "./models/w.tflite")
    assert rename_files(analysed(old), {"words.tflite": "a b.tflite"}) == ()


def test_what_leads_out_of_the_project_and_names_of_resources_are_no_files() -> None:
    for other in ("../words.tflite", "$LABELS", "/etc/passwd"):
        paths = [each.path for each in file_mentions(analysed(WORDS.replace("./words.tflite", other)))]
        assert paths == ["labels.txt"]


def test_a_path_that_an_alias_repeats_is_changed_once_and_keeps_its_anchor() -> None:
    stage = "  a: {model: &m ./words.tflite, inputs: [b]}\n"
    text = f"version: 1\npipeline:\n{stage}  c: {{model: *m, inputs: [b]}}\n"
    whole = f"version: 1\npipeline:\n{stage.replace('{', '&a {').replace('&m ', '')}  c: *a\n"
    for each in (text, whole):
        assert moved(each) == each.replace("./words.tflite", "./models/w.tflite")


def test_a_path_that_an_alias_makes_another_value_too_is_left() -> None:
    text = "version: 1\npipeline:\n  a: {model: &m words.tflite, args: {word: *m}}\n"
    assert moved(text) == text

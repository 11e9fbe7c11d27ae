"""The check of names and sentences, first on what it must refuse."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cases import each_case
from tools.checks.plain_words import (
    FOLDERS,
    NAMES,
    PHRASES,
    WORDS,
    findings,
    refused_comments,
    refused_names,
    refused_path,
    refused_phrases,
    refused_script_comments,
    refused_script_names,
    refused_sentences,
    refused_template_comments,
    refused_template_names,
    refused_word,
)


@each_case("name", ["{}", "{}_by", "last_{}", "_{}", "{}_"])
def test_a_word_is_refused_wherever_it_is_in_a_name(name: str) -> None:
    for word in WORDS:
        assert refused_word(name.format(word)) == word
        assert refused_word(name.format(word).upper()) == word


@each_case("name", ["FoundModel", "_Given", "PlaceTaken", "HTTPAsked", "isFound", "KEPT", "wish2"])
def test_a_word_is_refused_in_capitals_and_beside_digits(name: str) -> None:
    assert refused_word(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "NotFound",
        "not_found",
        "handle_not_found",
        "held_out",
        "HELD_OUT_FONTS",
        "foundation",
        "forgiven",
        "Mistaken",
        "x",
    ],
)
def test_terms_of_the_field_and_longer_words_stay(name: str) -> None:
    assert refused_word(name) is None


@each_case("name", ["found_not_found", "not_found_taken", "held_in", "out_held", "held"])
def test_a_term_allows_no_other_word_of_its_name(name: str) -> None:
    assert refused_word(name) is not None


@each_case("source", ["{} = 1", "class {}: pass", "_{} = 1"])
def test_a_name_is_refused_as_a_whole_outside_tests(source: str) -> None:
    for name in NAMES:
        assert len(list(refused_names("rune/a.py", source.format(name)))) == 1
        assert list(refused_names("tests/test_a.py", source.format(name))) == []
        assert list(refused_names("rune/a.py", source.format(f"{name}_OF_X"))) == []
        assert [each.line for each in refused_script_names("frontend/src/a.ts", f"\nexport const {name} = 1;")] == [2]


def test_a_word_may_be_refused_below_a_folder_alone() -> None:
    for folder, words in FOLDERS.items():
        for word in words:
            assert len(list(refused_names(f"{folder}a.py", f"{word} = 1\n_{word}_at = 1"))) == 2
            assert list(refused_names("elsewhere/a.py", f"{word} = 1")) == []


@each_case(
    "source",
    [
        "found = 1",
        "found: int = 1",
        "for found in []: pass",
        "(a, found) = 1, 2",
        "[found for found in []]",
        "if (found := 1): pass",
        "def found(): pass",
        "async def found(): pass",
        "class Found: pass",
        "def f(found): pass",
        "def f(*, found=1): pass",
        "lambda found: 1",
        "self.found = 1",
        "import os as found",
        "from os import path as found",
        "with open('x') as found: pass",
        "try:\n    pass\nexcept ValueError as found:\n    pass",
    ],
)
def test_each_way_to_bind_a_name_is_read(source: str) -> None:
    assert [finding.text for finding in refused_names("a.py", source)], source


@each_case(
    "source",
    [
        "library.found()",
        "call(found=1)",
        "from library import found",
        "'found'",
        "def test_what_is_found_is_kept(): pass",
    ],
)
def test_names_of_others_and_the_sentences_of_tests_stay(source: str) -> None:
    assert list(refused_names("a.py", source)) == []


EXAMPLES = {
    r"\bmended\b|\bmend\b": "until line 20 is mended",
    r"\blaid open\b|\blay open\b|\blays open\b": "A rune that is laid open",
    r"\bnobody's\b": "It is nobody's business",
    r"\bwhat waits\b": "Stores what waits.",
    r"(?<!there )\b(is|are) (?-i:none)\.": "Block 3 of the UF2 file is none.",
    r"\bof the gone\b": "Drops links of the gone",
    r"\b(is|are|was|were) told\b(?! apart)": "The versions are told too",
    r"\bbehind a wall\b": "Runs behind a wall",
    r"\bis no slip of the pen\b": "That is no slip of the pen",
    r"\bthe very same\b": "The very same on the one input",
    r"\bno such thing\b": "There is no such thing",
    r"\bwhose it is\b": "Says whose it is",
    r"\bwithout a word\b": "Ends without a word",
    r"\bthis is no\b(?! longer)": "This is no address.",
    r"\bright answers\b": "Right answers by label",
    r"\bhow many places\b": "How many places.",
    r"\binto form\b": "Bring the Runefile into form",
    r"\bwhoever\b": "Sends it to whoever asks",
    r"\bwent away\b": "The reader went away",
}


def test_each_phrase_has_an_example() -> None:
    assert set(EXAMPLES) == set(PHRASES)


@each_case("text", EXAMPLES.values())
def test_a_phrase_is_refused_in_text_and_in_code(text: str) -> None:
    assert [finding.line for finding in refused_phrases("page.html", f"A line.\n<p>{text}</p>\n")] == [2]
    for source in (f"x = 1\n# {text}\n", f'x = 1\n"""{text}"""\n', f"x = 1\nfail('{text.replace(chr(39), '')}')\n"):
        if "'" in text and "fail" in source:
            continue
        assert [finding.line for finding in refused_sentences("a.py", source)] == [2]


@each_case(
    "text",
    [
        "Returns None where there is none.",
        "Where there are none.",
        "The end is None.",
        "Both are told apart by their order.",
        "This is no longer so.",
    ],
)
def test_sentences_that_are_like_a_refused_phrase_stay(text: str) -> None:
    assert list(refused_phrases("page.md", text)) == []


def test_a_checkout_is_read_as_git_knows_it(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "frontend/src").mkdir(parents=True)
    (tmp_path / "app.py").write_text("found = 1\n")
    (tmp_path / "templates/page.html").write_text("<p>Is mended</p>\n")
    (tmp_path / "frontend/src/page.ts").write_text("// The very same.\n")
    (tmp_path / "README.md").write_text("It is told of this.\n")
    (tmp_path / "untracked.py").write_text("given = 1\n")
    for command in (["init", "-q"], ["add", "app.py", "templates", "frontend", "README.md"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert sorted(finding.path for finding in findings(tmp_path)) == [
        "README.md",
        "app.py",
        "frontend/src/page.ts",
        "templates/page.html",
    ]


@pytest.mark.parametrize(
    "path", ["forge/telling.py", "src/given-streams.ts", "templates/made/list.html", "tests/test_targets_found.py"]
)
def test_a_refused_word_in_the_name_of_a_file_or_folder_is_refused(path: str) -> None:
    assert [finding.path for finding in refused_path(path)] == [path]


@each_case("path", ["forge/maker.py", "src/not-found.ts", "templates/held-out.html", "README.md"])
def test_other_names_of_files_are_not_refused(path: str) -> None:
    assert list(refused_path(path)) == []


def test_a_method_that_the_standard_library_names_may_be_derived() -> None:
    assert list(refused_names("a.py", "class A(Protocol):\n    def connection_made(self): pass")) == []
    assert [each.text for each in refused_names("a.py", "connection_made = 1")] == ["the name connection_made"]


QUESTIONS = [
    "What it is called.",
    "Whose it is.",
    "Whoever reads it.",
    "Whom it names.",
    "To what it is restricted.",
    "By what it is multiplied.",
    "For whom it is.",
    "Since when it ends.",
]
STATEMENTS = ["Returns what is stored.", "The name.", "Whatever it reads.", "what it is", "By default."]


@each_case("question", QUESTIONS)
@each_case("path", ["rune/x.py", "tests/test_x.py"])
def test_a_docstring_that_begins_as_a_question_is_refused(question: str, path: str) -> None:
    source = f'def read() -> int:\n    """{question}"""\n    return 1\n'
    assert [finding.line for finding in refused_comments(path, source)] == [2]


@each_case("question", QUESTIONS)
@each_case("source", ["x = 1\n# {}\n", "y = 1\nx = 1  # {}\n", "# A line.\n# {}\n", "x = 1\n#{}\n"])
def test_a_comment_that_begins_as_a_question_is_refused(question: str, source: str) -> None:
    assert [finding.line for finding in refused_comments("a.py", source.format(question))] == [2]


@each_case("text", STATEMENTS)
def test_a_docstring_or_comment_with_a_noun_or_a_verb_in_front_stays(text: str) -> None:
    assert not list(refused_comments("rune/x.py", f'def read() -> int:\n    """{text}"""\n    return 1  # {text}\n'))


SCRIPTS = [
    "let x = 1;\n// {}\n",
    "{{}}\n  // {}\n",
    "let x = 1;\nlet y = 1; // {}\n",
    "let x = 1;\n/** {} */\n",
    "/**\n * {}\n */\n",
    "/* A line.\n * {} */\n",
    "a {{}}\n/* {} */\n",
    "return (\n{{/* {} */}}\n",
]


@each_case("source", SCRIPTS)
def test_a_comment_of_the_front_end_that_begins_as_a_question_is_refused(source: str) -> None:
    for question in QUESTIONS:
        assert [finding.line for finding in refused_script_comments("a.ts", source.format(question))] == [2], question


@each_case("source", SCRIPTS)
def test_a_comment_of_the_front_end_with_a_noun_or_a_verb_in_front_stays(source: str) -> None:
    for text in STATEMENTS:
        assert not list(refused_script_comments("a.ts", source.format(text))), text


@pytest.mark.parametrize("source", ["const help = 'What is it for? ';\n", "<p>What you see</p>\n", "a * What + b\n"])
def test_words_of_code_and_pages_are_no_comments(source: str) -> None:
    assert not list(refused_script_comments("a.ts", source))


@each_case("question", QUESTIONS)
@each_case("source", ["<p></p>\n{{# {} #}}", "\n{{% comment %}}{}{{% endcomment %}}"])
def test_a_comment_of_a_template_that_begins_as_a_question_is_refused(question: str, source: str) -> None:
    assert [finding.line for finding in refused_template_comments("a.html", source.format(question))] == [2]


@each_case(
    "source",
    [
        "const found = 1;",
        "  let isTaken = false;",
        "export interface Asked {",
        "async function made() {",
        "export type LastGiven = string;",
        "const KEPT = 1500;",
    ],
)
def test_a_name_that_a_script_declares_is_refused(source: str) -> None:
    (finding,) = refused_script_names("benchmarks/x.ts", f"\n{source}\n")
    assert finding.line == 2


@each_case("source", ["const isNotFound = 1;", 'say("found");', "// const is found\n", "state.found = 1;"])
def test_other_names_of_a_script_are_not_of_this_check(source: str) -> None:
    assert not list(refused_script_names("benchmarks/x.ts", source))
    assert not list(refused_script_names("frontend/x.css", "const found = 1;"))


@each_case(
    "source",
    [
        "{{ found.title }}",
        "{% for told in rows %}",
        "{% firstof a b as asked %}",
        "{% with made=1 %}",
        '<a href="{{ project.last_taken|date:"j M" }}">',
    ],
)
def test_a_name_of_a_template_is_refused(source: str) -> None:
    (finding,) = refused_template_names("templates/x.html", f"<p>\n{source}</p>\n")
    assert finding.line == 2


@each_case(
    "source",
    [
        "found",
        '{% if state == "taken" %}',
        "{% comment %}What is told.{% endcomment %}",
        "{{ taken_down }}",
        "{# made #}",
    ],
)
def test_texts_and_terms_of_a_template_stay(source: str) -> None:
    assert not list(refused_template_names("templates/x.html", source))


def test_the_heading_of_a_page_may_be_a_question() -> None:
    assert not list(refused_template_comments("a.html", "<h1>What is this?</h1>{# The title. #}"))


@pytest.mark.parametrize(
    "name", ["app.py", "tests/test_app.py", "src/page.ts", "src/page.tsx", "page.css", "page.html", "app.c", "app.h"]
)
def test_comments_of_all_sources_are_read(tmp_path: Path, name: str) -> None:
    text = {".py": "# {}\n", ".html": "{{# {} #}}\n"}.get(Path(name).suffix, "/* {} */\n").format("What it is.")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    for command in (["init", "-q"], ["add", name]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert [finding.path for finding in findings(tmp_path)] == [name]


@pytest.mark.parametrize("beginning", ["Of the height", "Which it reads", "Whether it reads", "Whether they read"])
def test_a_docstring_that_is_a_part_of_a_sentence_is_refused(beginning: str) -> None:
    assert [finding.line for finding in refused_comments("a.py", f'X = 1\n"""{beginning}."""\n')] == [2]
    assert [finding.line for finding in refused_script_comments("a.ts", f"\n/** {beginning}. */\n")] == [2]
    assert not list(refused_comments("a.py", '"""Often read. Of two, the first."""\n'))

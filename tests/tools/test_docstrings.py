"""The check of docstrings that begin as a fragment, first on what it must refuse."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cases import each_case
from tools.checks.docstrings import FOLDERS, findings, refused_docstrings

FRAGMENTS = [
    "Of a report. A larger one is dropped.",
    "By name.",
    "In bytes, as the wire has them.",
    "With a key and without one",
    "For a person who signs in.",
    "Without the sign.",
    "Between 0 and 1.",
    "As it is.",
    "As text, or None.",
    "When the build ended.",
    "Where it is stored",
    "Why it failed.",
    "Who turned back at the service.",
    "What a rune may do.",
    "If the file exists.",
    "That a lock is held.",
    "So that nobody waits.",
    "Those of projects that the person may read.",
    "They are sorted.",
    "It reads a file.",
    "Its name.",
    "One of them. Raises `NotFound`.",
    "One that is open.",
    "One more.",
    "None where the key is left out.",
    "Back from JSON.",
    "All of them.",
    "The first of those.",
    "Named: the files.",
    "Given by the person.",
    "Told, once.",
    "Rounded to three digits.",
    "Not of a person.",
    "Only for tests.",
    "And the other side.",
    "Also in threads.",
    "Whatever a person enters.",
]
WHOLE = [
    "Returns whether the file exists.",
    "Raises `NotFound`.",
    "Never raises.",
    "The rights of a role, of them all.",
    "A name.",
    "One build of a project.",
    "All builds of a project.",
    "Each row has a name.",
    "With a key, the answer is signed.",
    "When the build has ended, the folder is deleted.",
    "Without one, as on a new computer, nothing is signed.",
    "If the file exists, returns its size.",
    "Recorded sounds.",
    "Speed of a model.",
    "Rounded numbers.",
    "Nobody may read this.",
    "In-toto statements.",
    "A manifest of these layers.",
    "About 1 in 20 of the data sets.",
    "Need of a build.",
    "None of the letters looks like a digit.",
    "Background of a page.",
    "Forms of a page.",
    "Ones of a mask.",
    "So many rows are read.",
    "`of` is a word.",
    "",
]
CLAUSES = ["Whether it is open.", "How many rows it has.", "How long a build may take."]
PLACES = {
    "module": '"""{}"""',
    "class": 'class A:\n    """{}"""',
    "function": 'def f():\n    """{}"""',
    "coroutine": 'async def f():\n    """{}"""',
    "method": 'class A:\n    @staticmethod\n    def f():\n        """{}"""',
    "nested": 'def f():\n    if x:\n        def g():\n            """{}"""',
    "property": 'class A:\n    @property\n    def f(self):\n        """{}"""',
    "cached property": 'class A:\n    @functools.cached_property\n    def f(self):\n        """{}"""',
    "field": 'class A:\n    a: int\n    """{}"""',
    "constant": 'A: Final = 1\n"""{}"""',
}
VALUES = ("property", "cached property", "field", "constant")


@each_case("text", FRAGMENTS)
@pytest.mark.parametrize("place", PLACES)
def test_a_fragment_is_refused_wherever_it_is(place: str, text: str) -> None:
    assert len(list(refused_docstrings("a.py", PLACES[place].format(text)))) == 1


@each_case("text", CLAUSES)
@pytest.mark.parametrize("place", sorted(PLACES.keys() - set(VALUES)))
def test_a_clause_does_not_describe_a_module_a_class_or_a_function(place: str, text: str) -> None:
    assert len(list(refused_docstrings("a.py", PLACES[place].format(text)))) == 1


@each_case("text", CLAUSES)
@pytest.mark.parametrize("place", VALUES)
def test_a_clause_describes_a_value(place: str, text: str) -> None:
    assert not list(refused_docstrings("a.py", PLACES[place].format(text)))


@each_case("text", WHOLE)
@pytest.mark.parametrize("place", PLACES)
def test_a_sentence_and_a_noun_with_its_article_are_not_refused(place: str, text: str) -> None:
    assert not list(refused_docstrings("a.py", PLACES[place].format(text)))


def test_a_main_clause_is_looked_for_in_the_first_sentence() -> None:
    assert list(refused_docstrings("a.py", '"""By name. If there is none, it raises."""'))
    assert not list(refused_docstrings("a.py", '"""If there is none\n    of that name, `f` raises."""'))


def test_a_string_that_is_no_docstring_is_not_looked_at() -> None:
    source = 'f("By name.")\nx = "By name."\nprint()\n"By name."\ndef f(): pass\n"By name."'
    assert not list(refused_docstrings("a.py", source))


def test_a_finding_says_where_and_what() -> None:
    (finding,) = refused_docstrings("a.py", 'x = 1\n\n\ndef f():\n    """By name."""')
    assert str(finding).startswith("a.py:5: a docstring that begins with “By name.”: ")


def test_the_tracked_modules_of_the_folders_are_read(tmp_path: Path) -> None:
    paths = [f"{FOLDERS[0]}a.py", f"{FOLDERS[0]}migrations/a.py", f"{FOLDERS[0]}untracked.py", "elsewhere/a.py"]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text('"""By name."""\n')
    for command in (["init", "-q"], ["add", *paths[:2], paths[3]]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert [finding.path for finding in findings(tmp_path)] == paths[:1]

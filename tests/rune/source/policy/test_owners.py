"""The owners of a project's files: patterns of paths, and the last one that describes a file."""

from __future__ import annotations

import pytest

from rune.source.policy import ApprovalRule, Owners, Policy
from rune.source.policy.paths import MAX_LENGTH, is_path_pattern, path_matches
from rune.source.policy.without_people import NOTE, without_people
from rune.source.policy.wording import rule_changes
from tests.support.cases import each_case
from tests.support.processor_time import ProcessorTime

ADA, AUDIO = ApprovalRule(people=("ada@example.com",)), ApprovalRule(teams=("audio",))


@each_case(
    ("pattern", "path", "is_described"),
    [
        ("*", "a/b/c.txt", True),
        ("*.tflite", "models/words.tflite", True),
        ("*.tflite", "words.tflite.txt", False),
        ("/*.tflite", "models/words.tflite", False),
        ("/*.tflite", "words.tflite", True),
        ("models/", "models/a/b.tflite", True),
        ("models/", "old/models/b.tflite", True),
        ("/models/", "old/models/b.tflite", False),
        ("models/", "models", False),
        ("models", "models", True),
        ("models", "models/a.tflite", True),
        ("models/a", "models/a.tflite", False),
        ("models/a", "x/models/a", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/deep/a.md", False),
        ("docs/**", "docs/deep/a.md", True),
        ("docs/**", "docs", False),
        ("docs/**/a.md", "docs/a.md", True),
        ("docs/**/a.md", "docs/x/y/a.md", True),
        ("**/blocks/*.py", "a/blocks/b.py", True),
        ("**/blocks/*.py", "a/blocks/c/b.py", False),
        ("a/**/b/**/c", "a/b/b/x/c", True),
        ("a/**/b/**/c", "a/c/b", False),
        ("Models/", "models/a", False),
        ("a*b*c", "a-b-b-c", True),
    ],
)
def test_a_pattern_describes_files_as_codeowners_does(pattern: str, path: str, is_described: bool) -> None:
    assert is_path_pattern(pattern)
    assert path_matches(pattern, path) is is_described


@each_case(
    "text",
    ["", "/", "//a", "a//b", "../a", "a/./b", "a\\b", "a**", "**a/b", "!a", "#a", "a\nb", "a" * (MAX_LENGTH + 1)],
)
def test_what_is_no_pattern_of_paths(text: str) -> None:
    assert not is_path_pattern(text)


@pytest.mark.protects("reviews/slow-patterns")
def test_a_pattern_that_is_made_to_be_slow_is_not() -> None:
    """A matcher that goes back would need hours for these."""
    stars = "/".join(["**", "a"] * 40)[:MAX_LENGTH].rstrip("/*")
    with ProcessorTime() as matching:
        assert not path_matches(stars, "/".join(["a"] * 30 + ["b"] * 60) + "/c")
        assert not path_matches("*a" * 90 + "b", "a" * 240)
    assert matching.seconds < 1


def test_of_the_patterns_that_describe_a_file_the_last_counts() -> None:
    policy = Policy(owners=(Owners("*", ADA), Owners("models/", AUDIO), Owners("*.md", None)))
    paths = ("Runefile.yml", "models/a.tflite", "models/README.md", "labels.txt")
    assert policy.paths_by_owner(paths) == {ADA: ("Runefile.yml", "labels.txt"), AUDIO: ("models/a.tflite",)}
    assert Policy().paths_by_owner(paths) == {}


def test_changed_owners_are_said() -> None:
    before = Policy(owners=(Owners("*", ADA), Owners("models/", AUDIO)))
    assert rule_changes(before, Policy(owners=(Owners("*", AUDIO),))) == (
        "Owners of *: team audio, was ada@example.com.",
        "Owners of models/: not named, was team audio.",
    )
    assert rule_changes(before, Policy(owners=before.owners[::-1])) == (
        "The owners of files are in another order, and the last pattern that describes a file counts.",
    )
    assert rule_changes(before, before) == ()


@pytest.mark.protects("registry/copied-addresses")
def test_a_copy_of_a_project_names_no_owners_of_the_original() -> None:
    text = "limits: {size: 1 kB}\nowners:\n  models/: [team:audio]\n  '*': [ada@example.com]\n"
    assert without_people(text) == NOTE + "limits: {size: 1 kB}\n"
    assert without_people("owners: {models/: ['team:audio']}\n") == NOTE
    assert without_people("owners: {models/: [owner]}\n") == "owners: {models/: [owner]}\n"

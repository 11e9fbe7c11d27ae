"""Every way to name a proc-block: those that can be built, those that were published, and those that never were."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.source.runefile.stages.block_versions import CHANGED
from tests.support.cases import each_case
from tests.support.language.runefiles import applied, checked

HEAD = "version: 1\nimage: x\npipeline:\n  input: {capability: RAW, outputs: [{type: f32, dimensions: [4]}]}\n"


def runefile(path: str) -> str:
    return f"{HEAD}  block:\n    proc-block: '{path}'\n    inputs: [input]\n  end: {{out: SERIAL, inputs: [block]}}\n"


def codes(path: str) -> list[str]:
    return [item.code for item in checked(runefile(path)).diagnostics]


ROOT = Path(__file__).parents[4]


@each_case(
    "path",
    [
        "normalize",
        "normalize@0.11.3",
        "hotg-ai/proc-blocks@v0.11.3#normalize",
        "hotg-ai/proc-blocks@refs/heads/master#normalize",
        "hotg-ai/proc-blocks@f71bb826#proc_blocks/normalize",
        "hotg-ai/normalize@v1",
        "https://github.com/hotg-ai/proc-blocks@v0.11.3#normalize",
        "https://github.com/hotg-ai/normalize.git@v1",
        "  hotg-ai/proc-blocks@v0.11.3#normalize  ",
    ],
)
def test_a_path_to_a_block_of_the_catalogue_is_understood(path: str) -> None:
    assert codes(path) == []


@each_case(
    "path",
    [
        "hotg-ai/proc-blocks#normalize",
        "hotg-ai/normalize",
        "hotg-ai/rune#proc_blocks/normalize",
        "https://github.com/hotg-ai/rune.git#normalize",
    ],
)
def test_a_path_without_a_version_is_a_warning_that_names_one_with_a_version(path: str) -> None:
    (warning,) = checked(runefile(path)).diagnostics
    assert warning.code == "RUNE0061"
    assert warning.notes == ('hint: change it to something like "hotg-ai/proc-blocks@v0.11.3#normalize"',)
    text = applied(runefile(path), warning.fixes)
    assert 'proc-block: "hotg-ai/proc-blocks@v0.11.3#normalize"' in text
    assert checked(text).diagnostics == ()


@pytest.mark.parametrize("path", ["acme/blocks#normalize", "hotg-ai/rune#nothing"])
def test_a_path_to_no_block_is_given_no_version(path: str) -> None:
    unknown, warning = sorted(checked(runefile(path)).diagnostics, key=lambda each: each.code)
    assert (unknown.code, warning.code) == ("RUNE0060", "RUNE0061")
    assert not warning.notes
    assert not warning.fixes


@pytest.mark.parametrize("name", ["logistic_regression", "elastic_net", "support_vector_classifier"])
def test_a_block_that_learns_is_found_under_its_old_path_and_says_what_it_takes(name: str) -> None:
    assert codes(name) == ["RUNE0066"]
    assert codes(f"hotg-ai/proc-blocks@v0.12.0#{name.replace('_', '-')}") == ["RUNE0066"]


@pytest.mark.parametrize("version", ["v0.12.0", "0.12", "v0.13.1"])
def test_a_version_that_computed_otherwise_is_told(version: str) -> None:
    assert codes(f"hotg-ai/proc-blocks@{version}#normalize") == ["RUNE0126"]
    assert codes(f"hotg-ai/proc-blocks@{version}#softmax") == []
    assert codes(f"somebody/else@{version}#normalize") == ["RUNE0060"]
    assert set(CHANGED) <= set(CATALOGUE)


def test_the_element_type_of_the_last_versions_is_understood_and_taken_out_by_its_fix() -> None:
    path = "hotg-ai/proc-blocks@v0.12.0#image-normalization"
    head = HEAD.replace("f32", "u8").replace("[4]", "[1, 2, 2, 3]")
    block = f"  block:\n    proc-block: '{path}'\n    inputs: [input]\n    args:\n      element_type: u8\n"
    text = head + block + "  end: {out: SERIAL, inputs: [block]}\n"
    (warning,) = checked(text).diagnostics
    assert (warning.code, warning.severity.value) == ("RUNE0067", "warning")
    assert checked(applied(text, warning.fixes)).diagnostics == ()
    (unknown,) = checked(text.replace(path, "image_normalization")).diagnostics
    assert unknown.code == "RUNE0063"


def test_the_page_of_the_published_blocks_has_all_and_each_can_be_built() -> None:
    page = (ROOT / "docs" / "guides" / "published-blocks.md").read_text(encoding="utf-8")
    states = re.findall(r"^\| `(\w+)` \| built", page, re.MULTILINE)
    assert len(set(states)) == 30
    assert "refused by name" not in page
    assert all(name in CATALOGUE for name in [*states, *re.findall(r"`([a-z]+_[a-z_]+)`", page)])


@each_case(
    ("path", "code"),
    [
        ("noramlize", "RUNE0060"),
        ("somebody/else@v1#normalize", "RUNE0060"),
        ("somebody/else@v1#argmax", "RUNE0060"),
        ("two words", "RUNE0060"),
        ("./blocks/mine", "RUNE0062"),
        ("./blocks/mine@v1", "RUNE0062"),
    ],
)
def test_any_other_path_is_refused_for_its_own_reason(path: str, code: str) -> None:
    assert codes(path) == [code]

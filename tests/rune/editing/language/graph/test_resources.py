"""A resource is added to the text of a Runefile by the smallest change, or not at all."""

from __future__ import annotations

import yaml

from rune.editing.language.graph_edits.resources import resource_of, with_resource
from tests.support.cases import each_case

PIPELINE = "version: 1\npipeline:\n    rand:\n        capability: RAND # one\n"


@each_case(
    ("text", "expected"),
    [
        (PIPELINE, f"{PIPELINE}\nresources:\n    TREES:\n        path: ./walk.trees.json\n"),
        (f"{PIPELINE}# end", f"{PIPELINE}# end\n\nresources:\n    TREES:\n        path: ./walk.trees.json\n"),
        (
            "resources:\n  A:\n    path: ./a # the first\nversion: 1\n",
            "resources:\n  A:\n    path: ./a # the first\n  TREES:\n    path: ./walk.trees.json\nversion: 1\n",
        ),
        ("resources: {A: {path: a}}\n", "resources: {A: {path: a}, TREES: {path: ./walk.trees.json}}\n"),
        (
            "resources:\n  TREES:\n    path: ./old\npipeline:\n  TREES_2:\n    capability: RAND\n",
            "resources:\n  TREES:\n    path: ./old\n  TREES_3:\n    path: ./walk.trees.json\npipeline:\n  TREES_2:\n"
            "    capability: RAND\n",
        ),
        ("a: 1\r\n", "a: 1\r\n\r\nresources:\r\n  TREES:\r\n    path: ./walk.trees.json\r\n"),
    ],
)
def test_a_resource_is_added_and_all_else_stays(text: str, expected: str) -> None:
    edit = with_resource(text, "TREES", "walk.trees.json")
    assert edit is not None
    result, name = edit
    assert result == expected
    before, after = yaml.safe_load(text), yaml.safe_load(result)
    assert after["resources"].pop(name) == {"path": "./walk.trees.json"}
    assert {key: value for key, value in after.items() if value} == before
    assert resource_of(result, "walk.trees.json") == name


@each_case(
    "text", ["FROM base\nRUN a\n", "resources:\n", "resources: []\n", "{a: 1}\n", "- a\n", "a: [\n", "a: 1\n--- b\n"]
)
def test_another_text_is_left_alone(text: str) -> None:
    assert with_resource(text, "TREES", "walk.trees.json") is None


def test_the_resource_of_a_file_is_found_however_its_path_is_written() -> None:
    text = 'resources:\n  A: {inline: a}\n  B:\n    path: "walk.trees.json"\n  C: null\n'
    assert resource_of(text, "walk.trees.json") == "B"
    assert resource_of(text, "other.trees.json") is None

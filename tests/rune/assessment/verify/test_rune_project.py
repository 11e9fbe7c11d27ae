"""The project that a rune's graph tells of: made again from good graphs, refused by name from any other."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.assessment.verify.runes.project import NoProject, models_wanted, project_of
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.container import pack, read_rune
from rune.running.container.writer import rune_sections
from rune.source.runefile import check
from tests.support.compiler.template_projects import rune_of, template
from tests.support.properties import examples

EMPTY_MODULE = b"\0asm\1\0\0\0"

NAMES = st.sampled_from(["a", "b", "a.0", "\x1b", "..", "a/b", "$A", "", "yes", "- x", "é"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.fixed_dictionaries({"element_type": st.sampled_from(["F32", "String", "Q"]), "dimensions": JSON})
STAGES = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {},
        optional={
            "inputs": st.lists(NAMES, max_size=2) | JSON,
            "outputs": st.lists(NAMES, max_size=2) | JSON,
            "args": st.dictionaries(NAMES, NAMES, max_size=2) | JSON,
            "kind": st.fixed_dictionaries({"type": st.sampled_from(["raw", "serial", "sound", "odd"])}) | JSON,
            "path": NAMES | JSON,
            "file": NAMES | JSON,
            "default_value": JSON,
            "ty": NAMES,
        },
    )
    | JSON,
    max_size=3,
)
GRAPHS = st.fixed_dictionaries(
    {},
    optional={
        "capabilities": STAGES,
        "models": STAGES,
        "proc-blocks": STAGES,
        "outputs": STAGES,
        "resources": STAGES,
        "tensors": st.dictionaries(NAMES, TYPES | JSON, max_size=3) | JSON,
    },
)


def rune_with(graph: Any) -> bytes:
    return pack(EMPTY_MODULE, rune_sections(graph, ()))


@examples(50)
@given(GRAPHS)
def test_any_graph_becomes_a_project_or_is_refused(graph: dict[str, Any]) -> None:
    rune = read_rune(rune_with(graph))
    with suppress(NoProject):
        check(
            project_of(rune, dict.fromkeys(models_wanted(rune), b"TFL3")), PUBLISHED_BLOCKS, runefile=DEFAULT_RUNEFILE
        )


def test_a_module_without_a_graph_is_refused() -> None:
    with pytest.raises(NoProject, match="carries no graph"):
        project_of(read_rune(EMPTY_MODULE), {})


def test_a_resource_that_the_rune_does_not_carry_is_named() -> None:
    graph = {
        "capabilities": {},
        "tensors": {},
        "resources": {"WORDS": {"default_value": {"FromDisk": "words.txt"}, "ty": "string"}},
    }
    with pytest.raises(NoProject, match='does not carry its resource "WORDS"'):
        project_of(read_rune(rune_with(graph)), {})


def test_the_project_of_a_rune_checks_and_has_its_stages() -> None:
    files = template("keywords")
    rune = read_rune(rune_of(MemoryFiles(files)))
    report = check(
        project_of(rune, {"keywords": files["keywords.tflite"]}), PUBLISHED_BLOCKS, runefile=DEFAULT_RUNEFILE
    )
    assert report.pipeline is not None
    names = {stage.name for stage in report.pipeline.stages}
    of_a_second = {
        "audio",
        "spectrogram",
        "scaled",
        "features",
        "keywords",
        "shares",
        "best",
        "label",
        "heard",
        "scores",
    }
    assert names == of_a_second | {"steady", "switches", "switched", "one", "word", "called"}

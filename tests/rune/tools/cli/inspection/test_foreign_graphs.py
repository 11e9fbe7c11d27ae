"""Whatever JSON stands where a rune's graph should be, it is drawn and printed as far as it goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.tools.cli.inspection.dot import dot
from rune.tools.cli.inspection.drawing import SECTIONS, drawing_of_graph
from rune.tools.cli.inspection.rune_description import graph_text
from tests.support.properties import examples

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
PORTS = st.lists(st.sampled_from(["a", "b"]), max_size=3) | JSON
STAGES = st.fixed_dictionaries(
    {}, optional={"inputs": PORTS, "outputs": PORTS, "args": JSON, "kind": JSON, "file": JSON, "path": JSON}
)
MAPPINGS = st.dictionaries(st.text(max_size=3), STAGES | JSON, max_size=3)
TENSORS = st.dictionaries(
    st.sampled_from(["a", "b"]),
    JSON | st.fixed_dictionaries({"element_type": JSON, "dimensions": JSON}),
)
GRAPHS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(SECTIONS, MAPPINGS | JSON),
        "tensors": TENSORS | JSON,
        "rune": JSON,
        "stages": JSON,
        "names": JSON,
        "base-image": JSON,
    },
)


@pytest.mark.slow
@examples(50)
@given(GRAPHS)
def test_a_graph_of_any_json_is_drawn_and_printed(graph: dict[str, Any]) -> None:
    drawing = drawing_of_graph(graph)
    names = {box.name for box in drawing.boxes}
    assert all({arrow.source, arrow.target} <= names for arrow in drawing.arrows)
    text = dot(drawing)
    assert text.startswith("digraph {\n")
    assert text.isascii() or text.replace("\n", "").isprintable()
    assert all(line.replace("\t", "").isprintable() for line in graph_text(graph))

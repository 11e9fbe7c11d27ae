"""GATHER by indices that come while a model runs: rows of a table, and an end with a reason for what is beyond it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rune.compiler.anvil.errors import BadModel
from rune.model.tflite import read_model
from rune.running.runtime.errors import RuneError
from tests.support.cases import each_case
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.compiler.programs.c_programs import CFolder, sources_of
from tests.support.models.reference.further_models import gather
from tests.support.models.reference.lookup_models import embedding_lookup, gather_nd, hybrid_table
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue


def embedding(kind: str) -> bytes:
    """Two rows of a table of five, by their numbers."""

    def model(g: Layers) -> list[ModelValue]:
        indices = ModelValue(g.graph.input("indices", (2,), kind), (2,), kind)
        return [gather(g, g.constant((5, 3), "float32"), indices, 0)]

    return make("embedding", model)


def rows(kind: str, *numbers: int) -> bytes:
    models = {"model": read_model(embedding(kind))}
    (message,) = run(loaded(module_of(models_pipeline(models), models)), [np.array(numbers, kind).tobytes()])
    ((_, data),) = tensors_of(message.data)
    return data


@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_an_index_takes_its_row(kind: str) -> None:
    table = next(tensor.data for tensor in read_model(embedding(kind)).tensors if tensor.data is not None)
    assert rows(kind, 4, 1) == bytes(table[48:60]) + bytes(table[12:24])


@pytest.mark.parametrize(("kind", "index"), [("int32", 5), ("int32", -1), ("int64", 2**32 + 1)])
def test_an_index_beyond_the_table_ends_the_run_by_name(kind: str, index: int) -> None:
    with pytest.raises(RuneError, match=f"GATHER: there is no index {index} in a dimension of 5"):
        rows(kind, 0, index)


def _whole(g: Layers, shape: tuple[int, ...]) -> ModelValue:
    return ModelValue(g.graph.input("numbers", shape, "int32"), shape, "int32")


def _nd(g: Layers) -> list[ModelValue]:
    return [gather_nd(g, g.constant((5, 4, 3), "float32"), _whole(g, (1, 2)))]


def _rows(g: Layers) -> list[ModelValue]:
    return [embedding_lookup(g, g.constant((5, 3), "float32"), _whole(g, (2,)))]


def _rows_of_bytes(g: Layers) -> list[ModelValue]:
    return [embedding_lookup(g, hybrid_table(g, (5, 3)), _whole(g, (2,)))]


@pytest.mark.protects("compiling/run-time-indices")
@each_case(
    ("build", "numbers", "message"),
    [
        (_nd, (2, 4), "GATHER_ND: there is no index 4 in a dimension of 4"),
        (_nd, (-1, 0), "GATHER_ND: there is no index -1 in a dimension of 5"),
        (_rows, (0, 5), "EMBEDDING_LOOKUP: there is no index 5 in a dimension of 5"),
        (_rows_of_bytes, (7, 0), "EMBEDDING_LOOKUP: there is no index 7 in a dimension of 5"),
    ],
    ids=["nd", "nd below", "rows", "rows of bytes"],
)
def test_the_other_lookups_end_the_run_by_their_names(
    build: Callable[[Layers], list[ModelValue]], numbers: tuple[int, ...], message: str
) -> None:
    models = {"model": read_model(make("lookup", build))}
    with pytest.raises(RuneError, match=message):
        run(loaded(module_of(models_pipeline(models), models)), [np.array(numbers, np.int32).tobytes()])


@pytest.mark.parametrize("op", ["gather_nd", "embedding_lookup"])
def test_a_constant_index_beyond_the_table_is_refused_when_the_rune_is_built(op: str) -> None:
    def build(g: Layers) -> list[ModelValue]:
        if op == "gather_nd":
            places = ModelValue(g.graph.constant("places", np.array([[5]], np.int32)), (1, 1), "int32")
            return [gather_nd(g, g.input((5, 3), "float32"), places)]
        rows = ModelValue(g.graph.constant("rows", np.array([-1], np.int32)), (1,), "int32")
        source = g.input((1, 3), "float32")
        return [g.add(source, embedding_lookup(g, g.constant((5, 3), "float32"), rows))]

    models = {"model": read_model(make("lookup", build))}
    with pytest.raises(BadModel, match="beyond its"):
        module_of(models_pipeline(models), models)


MAIN = """
#include <stdio.h>
#include "table.h"
int main(void)
{
    int32_t indices[2] = {0, 5};
    const struct rune_table_inputs inputs = {indices};
    struct rune_table_outputs outputs;
    printf("%d ", rune_table_init());
    printf("%d <%s> ", rune_table_run(&inputs, &outputs), rune_table_message());
    indices[1] = 4;
    printf("%d\\n", rune_table_run(&inputs, &outputs));
    return 0;
}
"""


@pytest.mark.slow
def test_in_c_it_is_a_code_and_a_message(tmp_path: Path) -> None:
    models = {"model": read_model(embedding("int32"))}
    folder = CFolder.of(tmp_path, sources_of(models_pipeline(models), models, "table"))
    (tmp_path / "beyond.c").write_text(MAIN)
    program = folder.compiled(["-O1", "-fsanitize=address,undefined"], main="beyond.c")
    output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert output.startswith("0 4 <GATHER: there is no index 5 in a dimension of 5> ")

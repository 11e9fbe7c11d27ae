"""GATHER by indices that come while a model runs: rows of a table, and an end with a reason for what is beyond it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from rune.runtime.errors import RuneError
from rune.tflite import read_model
from tests.models.further_models import gather
from tests.models.make_models import make
from tests.models.model_layers import Layers, Value
from tests.rune.anvil.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.rune.targets.c_programs import CFolder, sources_of


def embedding(kind: str) -> bytes:
    """Two rows of a table of five, by their numbers."""

    def model(g: Layers) -> list[Value]:
        indices = Value(g.graph.input("indices", (2,), kind), (2,), kind)
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


def test_in_c_it_is_a_code_and_a_message(tmp_path: Path) -> None:
    models = {"model": read_model(embedding("int32"))}
    folder = CFolder.of(tmp_path, sources_of(models_pipeline(models), models, "table"))
    (tmp_path / "beyond.c").write_text(MAIN)
    program = folder.compiled(["-O1", "-fsanitize=address,undefined"], main="beyond.c")
    shown = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("0 4 <GATHER: there is no index 5 in a dimension of 5> ")

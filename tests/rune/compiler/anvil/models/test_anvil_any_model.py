"""Whatever a model that was read holds, Anvil compiles it or refuses it by name."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from rune.abi import OutputKind
from rune.blocks.catalogue import find_block
from rune.blocks.signature import BlockCode, BlockError, BlockOutput
from rune.capabilities.raw import RAW
from rune.compiler.anvil.errors import AnvilError, BadArgument, TooMuchMemory
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import ModelError
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.any_model import use_model
from tests.support.compiler.mutants import HANGS
from tests.support.compiler.mutations import mutant
from tests.support.compiler.pipelines import passing_on
from tests.support.models.model_cases import FOLDER, model_cases
from tests.support.packed import read_packed
from tests.support.processor_time import ProcessorTime

MUTANTS = 1_000
"""A share of the million in tests/proof/any_input/test_model_verifier.py."""

LARGE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u8, dimensions: [268435456]}]}
  out: {out: tensor, inputs: [in]}
"""


@pytest.mark.proof
@pytest.mark.protects("compiling/models")
def test_a_model_with_faults_is_compiled_or_refused_by_name_at_once() -> None:
    originals = [case.data for case in model_cases()]
    compilations = refusals = 0
    slowest = 0.0
    for number in range(MUTANTS):
        data = mutant(originals, number)
        compiling = ProcessorTime()
        try:
            with compiling:
                compilations += use_model(data)
        except AnvilError:
            refusals += 1
        except ModelError:
            continue
        finally:
            slowest = max(slowest, compiling.seconds)
    assert compilations > MUTANTS // 20
    assert 0 < refusals < compilations
    assert slowest < HANGS


def test_a_pipeline_of_more_memory_than_a_rune_may_have_is_refused() -> None:
    kind = TensorType(ElementType.U8, (300 << 20,))
    program = lower(passing_on(kind, OutputKind.TENSOR, name="huge"), {}, WASM32)
    with pytest.raises(TooMuchMemory, match=r"needs 6[0-9][0-9] MB of memory, more than the 201 MB") as error:
        plan(program, WASM32.limits)
    assert error.value.limit < error.value.size


def test_a_build_of_too_much_memory_says_so() -> None:
    with pytest.raises(BuildFailed) as error:
        build(MemoryFiles({"Runefile.yml": LARGE.encode()}), BuildOptions("large"))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == Code.TOO_MUCH_MEMORY.value


def test_a_block_that_refuses_an_argument_late_names_its_stage() -> None:
    block = find_block("normalize")
    assert block is not None

    def refuse(_inputs: object, _arguments: object) -> BlockCode:
        raise BlockError("no such window", argument="window")

    kind = TensorType(ElementType.F32, (2,))
    stages = (
        CapabilityStage("in", RAW, (), kind),
        BlockStage("smooth", "normalize", replace(block, code=refuse), {}, (Port("in", 0),), (BlockOutput(kind),)),
    )
    with pytest.raises(BadArgument, match="smooth: no such window"):
        lower(Pipeline(stages, ()), {}, WASM32)


@each_case("name", sorted(read_packed(FOLDER / "broken.zip")))
def test_what_was_found_among_a_million_broken_models_is_refused_or_made_at_once(name: str) -> None:
    """Results that do not fit, 2^28 channels, two million matrices, a loop of two thousand rounds, one of 512 that was
    unrolled three times, entries of a table that leave 32 bits, a variable's handle with two outputs."""
    data = read_packed(FOLDER / "broken.zip")[name]
    with suppress(AnvilError, ModelError), ProcessorTime() as compiling:
        use_model(data)
    assert compiling.seconds < HANGS

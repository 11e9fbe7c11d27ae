"""The certificate of a build: what a rune was made of, by what it was proven, and what it gives on some inputs.

It says nothing that must be believed: `check_certificate.py`, which shares no code with the compiler, runs the rune on
the inputs, finds in the models which layers there must be and what sums they reach, and computes the proofs again from
the constants that stand in the rune.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import rune as toolchain
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.target import Target
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ProjectModels, choose
from rune.compiler.building.options import BuildOptions
from rune.compiler.verify.certificate_json import (
    CertificateJson,
    CertifiedLayerJson,
    CertifiedModelJson,
    SecondModuleJson,
    VectorJson,
)
from rune.compiler.verify.certified_layers import certified_layers, text
from rune.compiler.verify.instrumented import LIMITS
from rune.compiler.verify.instrumented import call as run
from rune.compiler.verify.samples import capabilities_of, input_sets, own_samples, runs_for
from rune.compiler.verify.second_module import second_module
from rune.project.files import ProjectFiles
from rune.running.container import needed_resources, read_rune
from rune.running.runtime import Runtime
from rune.running.runtime.errors import RuneError
from rune.source.runefile import check
from rune.source.runefile.pipeline import CapabilityStage, ModelStage, Pipeline
from rune.toolchain import toolchain_digest
from rune.wording import plain

FORMAT: Final = 3
VECTORS: Final = 4
"""Self-test vectors of a certificate."""
MOST_INPUT: Final = 1 << 20
"""Bytes that all inputs of the vectors may have together; one vector is written in any case."""
SEED: Final = 1


def certificate(files: ProjectFiles, rune: bytes, options: BuildOptions) -> CertificateJson:
    """The certificate of a rune that this toolchain built from a project with the same options.

    Raises `BuildFailed` when the project does not check, `AnvilError` and `FileError`.
    """
    models, target, profile = ProjectModels(files), options.target, options.profile
    checked = check(
        files,
        options.blocks,
        runefile=options.runefile,
        signatures=models.signature,
        host_resources=options.host_resources,
    )
    pipeline = checked.pipeline
    if pipeline is None:
        raise BuildFailed(checked.diagnostics)
    chosen = choose(pipeline, models, host_models=options.host_models, profile=profile)

    def layers_for(aimed: Target) -> list[CertifiedLayerJson]:
        graph = read_pipeline(pipeline, chosen.compiled, chosen.hosted, timed=options.timed, profile=profile)
        return list(certified_layers(graph, aimed, chosen.compiled))

    second = second_module(rune)
    capabilities = capabilities_of(pipeline)
    sets = input_sets(capabilities, own_samples(files, capabilities), runs_for(pipeline, VECTORS), SEED)
    untested = _untested(rune)
    vectors = [] if untested else _vectors(rune, _of_size([each.data for each in sets]))
    stages = [stage for stage in pipeline.stages if isinstance(stage, ModelStage)]
    return {
        "format": FORMAT,
        "profile": profile.name,
        "reference": profile.reference,
        "toolchain": {"version": toolchain.__version__, "digest": toolchain_digest()},
        "target": target.name,
        "rune": {"name": options.name, "size": len(rune), "digest": _digest(rune)},
        "models": [_model(stage, chosen.hosted, models, read_outputs(pipeline, stage)) for stage in stages],
        "layers": layers_for(target),
        "second": None if second is None else _second(second, target, layers_for),
        "vectors": vectors,
        "untested": untested if untested or vectors else "it refuses the inputs that were tried",
    }


def _second(
    module: bytes, target: Target, layers_for: Callable[[Target], list[CertifiedLayerJson]]
) -> SecondModuleJson:
    """Of a rune that was built for `target`."""
    layers = [] if target.second is None else layers_for(target.second)
    return {"size": len(module), "digest": _digest(module), "layers": layers}


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_outputs(pipeline: Pipeline, stage: ModelStage) -> list[int]:
    """Which of a model's outputs anything reads."""
    readers = (each for each in pipeline.stages if not isinstance(each, CapabilityStage))
    return sorted({port.index for each in readers for port in each.inputs if port.stage == stage.name})


def _model(
    stage: ModelStage, hosted: Mapping[str, Any], models: ProjectModels, outputs: list[int]
) -> CertifiedModelJson:
    digest = None if stage.file is None else _digest(models.data(stage.file))
    runs = "host" if stage.name in hosted else "compiled"
    return {"stage": stage.name, "file": stage.file, "digest": digest, "runs": runs, "outputs": outputs}


def _untested(rune: bytes) -> str | None:
    """Why there is no run that everyone could repeat."""
    read = read_rune(rune)
    needed = needed_resources(read)
    if needed:
        return f"the host must give it {', '.join(map(plain, needed))}"
    if any(each.name in ("rune_model_load", "tfm_preload_model") for each in read.imports):
        return "its host runs a model, and hosts differ"
    return None


def _of_size(sets: Sequence[Sequence[bytes]]) -> Sequence[Sequence[bytes]]:
    """As many of the first as are small enough together, but one."""
    size = sum(map(len, sets[0])) if sets else 0
    return list(islice(sets, max(1, MOST_INPUT // max(size, 1))))


def _vectors(rune: bytes, sets: Sequence[Sequence[bytes]]) -> list[VectorJson]:
    """Runs one after another, up to the first inputs that the rune refuses."""
    vectors: list[VectorJson] = []
    try:
        loaded = Runtime.load(rune, LIMITS)
        for data in sets:
            sent = run(loaded, data)
            requests = zip(loaded.capabilities, data, strict=True)
            vectors.append(
                {
                    "inputs": [
                        {"capability": int(each.kind), "parameters": dict(each.parameters), "data": text(input_bytes)}
                        for each, input_bytes in requests
                    ],
                    "outputs": [{"output": int(each.kind), "data": text(each.data)} for each in sent],
                }
            )
    except RuneError:
        return vectors
    return vectors

"""The certificate of a build: what a rune was made of, by what it was proven, and what it gives on some inputs.

It says little that must be believed: `check_certificate.py`, which shares no code with the compiler, runs the rune on
the inputs and computes the proofs again from the constants that stand in it. Only which sums a layer reaches, and what
they are moved by, is taken from here: that follows from the model.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import rune as toolchain
from rune.anvil.lower import lower
from rune.anvil.profile import LITERT, Profile
from rune.anvil.program import Call, ConstantPlace, Pointer, Program, Structure, calls
from rune.anvil.proven_scale import Proof
from rune.anvil.target import Target
from rune.anvil.thresholds import RoundedOnce, RoundedTwice
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.building.errors import BuildFailed
from rune.building.models import ProjectModels, choose
from rune.container import needed_resources, read_rune
from rune.files import ProjectFiles
from rune.runefile import HostResources, check
from rune.runefile.pipeline import ModelStage
from rune.runtime import Runtime
from rune.runtime.errors import RuneError
from rune.targets.wasm32 import TARGET as WASM32
from rune.toolchain import toolchain_digest
from rune.verify.certificate_json import (
    CertificateJson,
    CertifiedModelJson,
    ProofJson,
    SecondModuleJson,
    VectorJson,
)
from rune.verify.instrumented import LIMITS
from rune.verify.instrumented import call as run
from rune.verify.samples import capabilities_of, input_sets, own_samples, runs_for
from rune.verify.second_module import second_module
from rune.wording import plain

FORMAT: Final = 2
VECTORS: Final = 4
"""Self-test vectors of a certificate."""
MOST_INPUT: Final = 1 << 20
"""Bytes that all inputs of the vectors may have together; one vector is written in any case."""
SEED: Final = 1


def certificate(
    files: ProjectFiles,
    rune: bytes,
    name: str,
    *,
    runefile: str | None = None,
    host_models: bool = False,
    host_resources: HostResources | None = None,
    timed: bool = False,
    target: Target = WASM32,
    profile: Profile = LITERT,
) -> CertificateJson:
    """The certificate of the rune called `name` that this toolchain built from a project with the same arguments.

    Raises `BuildFailed` when the project does not check, `AnvilError` and `FileError`.
    """
    models = ProjectModels(files)
    checked = check(
        files, PUBLISHED_BLOCKS, runefile=runefile, signatures=models.signature, host_resources=host_resources
    )
    pipeline = checked.pipeline
    if pipeline is None:
        raise BuildFailed(checked.diagnostics)
    chosen = choose(pipeline, models, host_models=host_models, profile=profile)

    def lowered(aimed: Target) -> Program:
        return lower(pipeline, chosen.compiled, aimed, chosen.hosted, timed=timed, profile=profile)

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
        "rune": {"name": name, "size": len(rune), "digest": _digest(rune)},
        "models": [_model(stage, chosen.hosted, models) for stage in stages],
        "proofs": list(_proofs(lowered(target))),
        "second": None if second is None else _second(second, target, lowered),
        "vectors": vectors,
        "untested": untested if untested or vectors else "it refuses the inputs that were tried",
    }


def _second(module: bytes, target: Target, lowered: Callable[[Target], Program]) -> SecondModuleJson:
    """Of a rune that was built for `target`."""
    program = None if target.second is None else lowered(target.second)
    return {
        "size": len(module),
        "digest": _digest(module),
        "proofs": [] if program is None else list(_proofs(program)),
    }


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _model(stage: ModelStage, hosted: Mapping[str, Any], models: ProjectModels) -> CertifiedModelJson:
    digest = None if stage.file is None else _digest(models.data(stage.file))
    runs = "host" if stage.name in hosted else "compiled"
    return {"stage": stage.name, "file": stage.file, "digest": digest, "runs": runs}


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
    found: list[VectorJson] = []
    try:
        loaded = Runtime.load(rune, LIMITS)
        for data in sets:
            sent = run(loaded, data)
            asked = zip(loaded.capabilities, data, strict=True)
            found.append(
                {
                    "inputs": [
                        {"capability": int(each.kind), "parameters": dict(each.parameters), "data": _text(given)}
                        for each, given in asked
                    ],
                    "outputs": [{"output": int(each.kind), "data": _text(each.data)} for each in sent],
                }
            )
    except RuneError:
        return found
    return found


def _proofs(program: Program) -> Iterator[ProofJson]:
    for call in (each for step in program.steps for each in calls(step)):
        if call.proof is not None:
            yield _proof(call.stage, call.proof, _constants(program, call))


def _proof(op: str, proof: Proof, constants: dict[str, str | None]) -> ProofJson:
    channels, scale, thresholds = proof.channels, proof.scale, proof.thresholds
    return {
        "op": op,
        "lowest": thresholds.lowest,
        "highest": thresholds.highest,
        "centre": scale.centre,
        "signed": scale.signed,
        "numbers": _integers(proof.numbers),
        "mantissas": _integers(channels.mantissas) if isinstance(channels, RoundedTwice) else None,
        "exponents": _integers(channels.exponents) if isinstance(channels, RoundedTwice) else None,
        "factors": _text(channels.factors.astype("<f8").tobytes()) if isinstance(channels, RoundedOnce) else None,
        "least": _integers(channels.least),
        "greatest": _integers(channels.greatest),
        "move": _integers(scale.move),
        "constants": constants,
        "thresholds": _text(zlib.compress(_steps(thresholds.sums).tobytes(), 1)),
    }


def _steps(thresholds: NDArray[Any]) -> NDArray[Any]:
    """What each of a channel's thresholds adds to the one before: nearly the same each time, so it packs at once."""
    return np.diff(thresholds.astype("<i8"), axis=1, prepend=0)


def _constants(program: Program, call: Call) -> dict[str, str | None]:
    """The arrays of `struct rune_requantize` as the rune has them, or of that which layers share."""
    fields = next(each.fields for each in call.arguments if isinstance(each, Structure) and _is_requantize(each))
    found: dict[str, str | None] = {}
    for name, value in fields:
        if name in ("scale", "offset", "exceptions", "steps"):
            is_there = isinstance(value, Pointer) and isinstance(value.place, ConstantPlace)
            found[name] = _text(program.constants[value.place.index].data) if is_there else None  # type: ignore[union-attr]
    return found


def _is_requantize(structure: Structure) -> bool:
    return structure.type in ("struct rune_requantize", "struct rune_requantize_shared")


def _integers(values: NDArray[Any]) -> str:
    return _text(np.asarray(values).astype("<i8").tobytes())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")

"""Bills of materials in CycloneDX 1.6: of a rune with its models and their cards, the versions of data sets that they
were trained and tested on, its blocks and its toolchain, and of a shared block with its files.

https://cyclonedx.org/docs/1.6/json/. The same facts give the same bytes, so it has no serial number and no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.statements import Subject, canonical_json

SPEC_VERSION = "1.6"


@dataclass(frozen=True)
class DataFacts:
    """A version of a data set. Its digest is that of the list of its samples, and no sample can be told from it."""

    name: str
    digest: str


@dataclass(frozen=True)
class BomModel:
    """A model that is in a rune. `runs` is `compiled` or `host`."""

    file: str
    digest: str
    size: int
    media_type: str
    operators: int | None
    runs: str
    stages: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    """The types of its inputs, such as `i8[1, 1960]`, as far as they are known."""
    outputs: tuple[str, ...] = ()
    trained_on: DataFacts | None = None
    """The data of the training; None for a model that was not trained on this server, or on samples that never came
    to it."""


@dataclass(frozen=True)
class BlockFacts:
    """A block of another project, by its path in Runefiles and its digest."""

    path: str
    digest: str


@dataclass(frozen=True)
class RuneMaterials:
    """The materials of a rune."""

    name: str
    digest: str
    licence: str
    """The SPDX identifier; "" where none is known."""
    models: tuple[BomModel, ...]
    blocks: tuple[BlockFacts, ...]
    toolchain: str
    toolchain_version: str
    accuracy: float | None = None
    """The share of the project's test samples on which it is right; None where it has none."""
    samples: str = ""
    """The digest of the project's test samples."""
    tested_on: DataFacts | None = None
    """The version of the data that has those samples; None where the samples are files of the project."""


@dataclass(frozen=True)
class BlockMaterials:
    """The materials of a version of a shared block."""

    name: str
    version: str
    digest: str
    """The digest of its manifest."""
    licence: str
    """The SPDX identifier; "" where none is known."""
    files: tuple[Subject, ...]


def bill_of_materials(materials: RuneMaterials) -> bytes:
    """The bill of a rune as JSON."""
    rune = _with_licence(_component("application", materials.digest, f"{materials.name}.rune"), materials.licence)
    components = [
        *(_model(model, materials) for model in materials.models),
        *map(_data, _data_sets(materials)),
        *(_component("library", block.digest, block.path) for block in materials.blocks),
        {
            **_component("application", materials.toolchain, "hammer-forge"),
            "version": materials.toolchain_version,
            "description": "The toolchain that compiled it.",
        },
    ]
    contents = [model.digest for model in materials.models] + [block.digest for block in materials.blocks]
    return _bill(rune, components, [*contents, materials.toolchain])


def block_bill_of_materials(materials: BlockMaterials) -> bytes:
    """The bill of a shared block as JSON. It is published as it was written, so its files are all that it has."""
    library = {**_component("library", materials.digest, materials.name), "version": materials.version}
    files = [_component("file", file.digest, file.name) for file in materials.files]
    return _bill(_with_licence(library, materials.licence), files, [file.digest for file in materials.files])


def _bill(component: Mapping[str, Any], components: Sequence[dict[str, Any]], contents: Sequence[str]) -> bytes:
    """The bill of one component, which depends on `contents`, the digests of others."""
    return canonical_json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": SPEC_VERSION,
            "version": 1,
            "metadata": {"component": component},
            "components": _distinct(components),
            "dependencies": [{"ref": component["bom-ref"], "dependsOn": sorted(set(contents))}],
        }
    )


def _with_licence(component: dict[str, Any], licence: str) -> dict[str, Any]:
    return {**component, "licenses": [{"license": {"id": licence}}]} if licence else component


def _component(kind: str, digest: str, name: str) -> dict[str, Any]:
    algorithm = {"alg": "SHA-256", "content": digest.removeprefix("sha256:")}
    return {"type": kind, "bom-ref": digest, "name": name, "hashes": [algorithm]}


def _data_sets(materials: RuneMaterials) -> tuple[DataFacts, ...]:
    trained_on = (model.trained_on for model in materials.models)
    return tuple(data for data in (*trained_on, materials.tested_on) if data is not None)


def _data(data: DataFacts) -> dict[str, Any]:
    return {**_component("data", data.digest, data.name), "data": [{"type": "dataset", "name": data.name}]}


def _model(model: BomModel, materials: RuneMaterials) -> dict[str, Any]:
    properties = {
        "hammer-forge:bytes": str(model.size),
        "hammer-forge:operators": "" if model.operators is None else str(model.operators),
        "hammer-forge:runs": model.runs,
        "hammer-forge:stages": ", ".join(model.stages),
        "hammer-forge:tested-on": "" if materials.tested_on is None else materials.tested_on.digest,
    }
    card: dict[str, Any] = {"properties": [{"name": name, "value": text} for name, text in properties.items() if text]}
    if parameters := _parameters(model):
        card["modelParameters"] = parameters
    if materials.accuracy is not None:
        # Measured of the whole pipeline, of which the model is the part that learned.
        metric = {"type": "accuracy of the rune", "value": f"{materials.accuracy:.4f}", "slice": materials.samples}
        card["quantitativeAnalysis"] = {"performanceMetrics": [metric]}
    return {
        **_component("machine-learning-model", model.digest, model.file),
        "mime-type": model.media_type,
        "modelCard": card,
    }


def _parameters(model: BomModel) -> dict[str, Any]:
    """The part of a model's card about its tensors and what it learned from."""
    parameters = {
        "datasets": [] if model.trained_on is None else [{"ref": model.trained_on.digest}],
        "inputs": [{"format": each} for each in model.inputs],
        "outputs": [{"format": each} for each in model.outputs],
    }
    return {name: value for name, value in parameters.items() if value}


def _distinct(components: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each component once: two stages may run one model."""
    return list({component["bom-ref"]: component for component in components}.values())

"""The bill of materials of a rune, in CycloneDX 1.6: its models with their cards, its blocks and its toolchain.

https://cyclonedx.org/docs/1.6/json/. The same facts give the same bytes, so it has no serial number and no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.statements import canonical_json

SPEC_VERSION = "1.6"


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
    """The digest of those samples."""


def bill_of_materials(materials: RuneMaterials) -> bytes:
    """The bill as JSON."""
    rune = materials.digest
    licences = [{"license": {"id": materials.licence}}] if materials.licence else []
    components = [
        *(_model(model, materials) for model in materials.models),
        *(_component("library", block.digest, block.path) for block in materials.blocks),
        {
            **_component("application", materials.toolchain, "hammer-forge"),
            "version": materials.toolchain_version,
            "description": "The toolchain that compiled it.",
        },
    ]
    contents = [model.digest for model in materials.models] + [block.digest for block in materials.blocks]
    return canonical_json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": SPEC_VERSION,
            "version": 1,
            "metadata": {
                "component": {
                    **_component("application", rune, f"{materials.name}.rune"),
                    **({"licenses": licences} if licences else {}),
                }
            },
            "components": _distinct(components),
            "dependencies": [{"ref": rune, "dependsOn": sorted({*contents, materials.toolchain})}],
        }
    )


def _component(kind: str, digest: str, name: str) -> dict[str, Any]:
    algorithm = {"alg": "SHA-256", "content": digest.removeprefix("sha256:")}
    return {"type": kind, "bom-ref": digest, "name": name, "hashes": [algorithm]}


def _model(model: BomModel, materials: RuneMaterials) -> dict[str, Any]:
    properties = {
        "hammer-forge:bytes": str(model.size),
        "hammer-forge:operators": "" if model.operators is None else str(model.operators),
        "hammer-forge:runs": model.runs,
        "hammer-forge:stages": ", ".join(model.stages),
    }
    card: dict[str, Any] = {"properties": [{"name": name, "value": text} for name, text in properties.items() if text]}
    if materials.accuracy is not None:
        # Measured of the whole pipeline, of which the model is the part that learned.
        metric = {"type": "accuracy of the rune", "value": f"{materials.accuracy:.4f}", "slice": materials.samples}
        card["quantitativeAnalysis"] = {"performanceMetrics": [metric]}
    return {
        **_component("machine-learning-model", model.digest, model.file),
        "mime-type": model.media_type,
        "modelCard": card,
    }


def _distinct(components: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each component once: two stages may run one model."""
    return list({component["bom-ref"]: component for component in components}.values())

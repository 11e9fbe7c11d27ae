"""The provenance of a rune."""

from __future__ import annotations

from rune.compiler.building.spec import BuildSpec, SpecOptions
from rune.tools.signing.provenance import (
    Approval,
    Material,
    Provenance,
    PublicationStatement,
)
from rune.tools.signing.statements import Subject


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


SPEC = BuildSpec(digest("1"), digest("2"), "wasm32", SpecOptions("door")).to_json()
PROVENANCE = Provenance(
    repository="acme/door",
    manifest=digest("a"),
    rune=digest("b"),
    title="door.rune",
    spec=SPEC,
    version=7,
    materials=(Material("model.tflite", digest("c"), "model"), Material("acme/blocks/scale@1.0", digest("d"), "block")),
    builder="https://forge.example",
    builder_version="0.1.0",
    build="0b9c",
    started="2026-11-01T10:00:00Z",
    finished="2026-11-01T10:00:09Z",
    attachments=(Subject("bom.cdx.json", digest("e")), Subject("README.md", digest("f"))),
    publication=PublicationStatement(
        "1.0", "passed", "2026-11-01T11:00:00Z", (Approval("p-1", 2, "2026-11-01T10:30:00Z"),)
    ),
)

"""Provenance and what is published beside a rune: the same facts give the same bytes, and are read again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from rune.tools.signing.bom import (
    BlockFacts,
    BlockMaterials,
    BomModel,
    DataFacts,
    RuneMaterials,
    bill_of_materials,
    block_bill_of_materials,
)
from rune.tools.signing.errors import BadBundle
from rune.tools.signing.keys import Algorithm, make_private_key
from rune.tools.signing.provenance import (
    provenance_statement,
    read_provenance,
)
from rune.tools.signing.referrers import SubjectManifest, cosign_signature, cosign_tag, document, signature
from rune.tools.signing.statements import Subject, read_statement, write_statement
from tests.support.runes.provenance import PROVENANCE, SPEC, digest


def test_what_is_said_is_read_again() -> None:
    data = write_statement(provenance_statement(PROVENANCE))
    assert data == write_statement(provenance_statement(PROVENANCE))
    statement = read_statement(data)
    assert statement.is_about(digest("a"))
    assert statement.is_about(digest("b"))
    origin = read_provenance(statement)
    assert (origin.repository, origin.version, origin.builder) == ("acme/door", 7, "https://forge.example")
    assert origin.spec == SPEC
    assert origin.materials == PROVENANCE.materials
    assert origin.attachments == {"bom.cdx.json": digest("e"), "README.md": digest("f")}
    assert origin.publication == PROVENANCE.publication


def test_it_has_the_form_of_slsa() -> None:
    predicate = provenance_statement(PROVENANCE).predicate
    assert set(predicate["buildDefinition"]) == {
        "buildType", "externalParameters", "internalParameters", "resolvedDependencies",
    }  # fmt: skip
    assert predicate["runDetails"]["builder"]["id"] == "https://forge.example"
    assert predicate["runDetails"]["metadata"]["finishedOn"] == "2026-11-01T10:00:09Z"
    names = [each["name"] for each in predicate["buildDefinition"]["resolvedDependencies"]]
    assert names == ["version 7", "toolchain", "model.tflite", "acme/blocks/scale@1.0"]


@pytest.mark.parametrize("lost", ["buildDefinition", "runDetails", "hammerForge_publication"])
def test_a_provenance_without_a_part_is_refused(lost: str) -> None:
    statement = provenance_statement(PROVENANCE)
    predicate = {name: value for name, value in statement.predicate.items() if name != lost}
    with pytest.raises(BadBundle, match="cannot be read"):
        read_provenance(replace(statement, predicate=predicate))
    with pytest.raises(BadBundle, match="nothing of where"):
        read_provenance(replace(statement, predicate_type="https://example.com/other"))


def test_a_bill_of_materials_is_valid_for_the_stock_validator() -> None:
    model = BomModel("model.tflite", digest("c"), 1000, "application/tflite-model", 12, "compiled", ("sine", "again"))
    materials = RuneMaterials(
        "door", digest("b"), "Apache-2.0", (model, model), (BlockFacts("acme/x@1", digest("d")),),
        digest("2"), "0.1.0", 0.93, digest("9"),
    )  # fmt: skip
    data = bill_of_materials(materials)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    bom = json.loads(data)
    assert [each["type"] for each in bom["components"]] == ["machine-learning-model", "library", "application"]
    card = bom["components"][0]["modelCard"]
    assert card["quantitativeAnalysis"]["performanceMetrics"][0]["value"] == "0.9300"
    bare = bill_of_materials(RuneMaterials("door", digest("b"), "", (), (), digest("2"), "0.1.0"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bare.decode()) is None


def test_a_bill_of_materials_names_the_data_of_its_models() -> None:
    training_data, test_data = DataFacts("data version 7", digest("7")), DataFacts("data version 8", digest("8"))
    model = BomModel(
        "model.tflite", digest("c"), 1000, "application/tflite-model", 12, "compiled", ("sine",),
        ("i8[1, 1960]",), ("i8[1, 4]",), training_data,
    )  # fmt: skip
    other = BomModel("other.tflite", digest("d"), 10, "application/tflite-model", None, "host", ("next",))
    materials = RuneMaterials(
        "door", digest("b"), "", (model, other), (), digest("2"), "0.1.0", 0.93, digest("9"), test_data
    )
    data = bill_of_materials(materials)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    first, second, seventh, eighth, _ = json.loads(data)["components"]
    assert first["modelCard"]["modelParameters"] == {
        "datasets": [{"ref": digest("7")}], "inputs": [{"format": "i8[1, 1960]"}], "outputs": [{"format": "i8[1, 4]"}],
    }  # fmt: skip
    assert "modelParameters" not in second["modelCard"]
    for component, facts in ((seventh, training_data), (eighth, test_data)):
        assert (component["type"], component["name"], component["bom-ref"]) == ("data", facts.name, facts.digest)
        assert component["hashes"] == [{"alg": "SHA-256", "content": facts.digest.removeprefix("sha256:")}]
    assert {"name": "hammer-forge:tested-on", "value": test_data.digest} in first["modelCard"]["properties"]


@pytest.mark.parametrize("licence", ["Apache-2.0", ""])
def test_a_bill_of_a_block_is_valid_for_the_stock_validator(licence: str) -> None:
    files = (Subject("smooth.py", digest("c")), Subject("LICENSE", digest("d")), Subject("copy.py", digest("c")))
    data = block_bill_of_materials(BlockMaterials("smooth", "1.2", digest("b"), licence, files))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    bom = json.loads(data)
    component = bom["metadata"]["component"]
    assert (component["name"], component["version"], "licenses" in component) == ("smooth", "1.2", licence != "")
    assert bom["dependencies"] == [{"ref": digest("b"), "dependsOn": [digest("c"), digest("d")]}]
    assert len(bom["components"]) == 2, "files with the same bytes are one component"


def test_referrers_name_their_subject_and_cosign_finds_its_tag() -> None:
    subject, key = SubjectManifest(digest("a"), 420), make_private_key(Algorithm.ED25519)
    readme = json.loads(document(subject, "text/markdown", "README.md", b"# Door").manifest)
    assert readme["subject"] == {"mediaType": subject.media_type, "digest": digest("a"), "size": 420}
    assert readme["artifactType"] == "text/markdown"
    bundle = json.loads(signature(subject, b"{}", key.public, "2026-11-01T11:00:00Z").manifest)
    assert bundle["annotations"]["dev.sigstore.bundle.content"] == "dsse-envelope"
    assert cosign_tag(digest("a")) == f"sha256-{'a' * 64}.sig"
    old = cosign_signature("forge.example/acme/door", digest("a"), key)
    assert json.loads(old.layer)["critical"]["image"] == {"docker-manifest-digest": digest("a")}
    assert "subject" not in json.loads(old.manifest)

"""Documents that are published beside a rune: its provenance, its bill of materials and its README, for clients to
read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forge.core.blobs.store import read_blob
from forge.datasets.consent_terms import Purpose
from forge.datasets.versions.actions import save_for_build
from forge.projects.actions import write_file
from forge.registry.distribution.artifacts.access import referrers_of
from forge.registry.models import Manifest, ProvenanceRecord, Publication, Tag
from forge.registry.provenance.signing import attaching
from forge.registry.provenance.signing.jobs import complete_publications
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import give_verdict
from rune.digests import digest_of
from rune.tools.signing.provenance import ProvenanceOrigin, read_provenance
from rune.tools.signing.referrers import BOM_TYPE, README_TYPE, STATEMENT_TYPE
from rune.tools.signing.statements import read_statement
from tests.conftest import REPOSITORY
from tests.support.forge.factories.builds import OUTLINE, built
from tests.support.forge.factories.recordings import consent_of, sample_of
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = pytest.mark.django_db


def layer_of(manifest: Manifest) -> bytes:
    """The bytes of the one layer of an artifact."""
    content = json.loads(read_blob(manifest.blob_id))
    (layer,) = content["layers"]
    data = read_blob(layer["digest"])
    assert len(data) == layer["size"]
    return data


def referrers(tag: Tag) -> dict[str, Manifest]:
    """The referrers of a tag's rune, by type."""
    manifests = referrers_of(tag.repository, tag.manifest.blob_id)
    return {manifest.artifact_type: manifest for manifest in manifests}


def origin_of(tag: Tag) -> ProvenanceOrigin:
    return read_provenance(read_statement(layer_of(referrers(tag)[STATEMENT_TYPE])))


def test_a_published_rune_says_where_it_came_from(project: Any, developer: Any) -> None:
    write_file(developer, project, "README.md", b"# Door")
    write_file(developer, project, "model.tflite", (REPOSITORY / "examples/sine/sine.tflite").read_bytes())
    model = {"stage": "answer", "file": "model.tflite", "mimetype": "application/tflite-model", "operators": 3,
             "runs": "compiled"}  # fmt: skip
    build = built(developer, project, models=[model])
    tag = publish_build(developer, build, "1.0")
    beside = referrers(tag)
    assert set(beside) == {STATEMENT_TYPE, BOM_TYPE, README_TYPE}
    assert layer_of(beside[README_TYPE]) == b"# Door"
    bom = json.loads(layer_of(beside[BOM_TYPE]))
    assert bom["components"][0] | {"hashes": None, "modelCard": None, "bom-ref": None} == {
        "type": "machine-learning-model", "name": "model.tflite", "mime-type": "application/tflite-model",
        "hashes": None, "modelCard": None, "bom-ref": None,
    }  # fmt: skip
    statement = read_statement(layer_of(beside[STATEMENT_TYPE]))
    assert statement.is_about(tag.manifest.blob_id)
    assert build.artefact is not None
    assert statement.is_about(build.artefact.digest)
    origin = read_provenance(statement)
    assert origin.spec == build.artefact.spec
    assert origin.repository == project.full_name
    assert origin.attachments == {
        "bom.cdx.json": json.loads(read_blob(beside[BOM_TYPE].blob_id))["layers"][0]["digest"],
        "README.md": json.loads(read_blob(beside[README_TYPE].blob_id))["layers"][0]["digest"],
    }
    assert [(each.name, each.role) for each in origin.materials] == [("model.tflite", "model")]
    assert (origin.publication.tag, origin.publication.admission) == ("1.0", "open")


def test_materials_name_the_data_and_the_record_of_a_model(project: Any, developer: Any) -> None:
    model = (REPOSITORY / "examples/sine/sine.tflite").read_bytes()
    write_file(developer, project, "model.tflite", model)
    write_file(developer, project, "model.provenance.json", b'{"version": 1}')
    write_file(developer, project, "other.provenance.json", b"{}")
    sample_of(consent_of(developer, project, purposes=frozenset({Purpose.TESTS})), developer)
    version = save_for_build(project)
    assert version is not None
    description = {"stage": "answer", "file": "model.tflite", "mimetype": "application/tflite-model", "operators": 3,
                 "runs": "compiled"}  # fmt: skip
    build = built(developer, project, models=[description])
    build.data_version = version
    build.save(update_fields=["data_version"])
    origin = origin_of(publish_build(developer, build, "1.0"))
    assert [(each.name, each.digest, each.role) for each in origin.materials] == [
        ("model.tflite", digest_of(model), "model"),
        ("model.provenance.json", digest_of(b'{"version": 1}'), "record"),
        ("data version 1", version.digest, "data"),
    ]


@pytest.mark.slow
def test_the_data_that_a_model_was_trained_on_is_a_material_and_in_the_bill(project: Any, developer: Any) -> None:
    version = motion_version(developer, project)
    model = (REPOSITORY / "examples/sine/sine.tflite").read_bytes()
    run = finish_run(motion_run(developer, project), model)
    write_file(developer, project, "model.tflite", model)
    description = {"stage": "answer", "file": "model.tflite", "mimetype": "application/tflite-model", "operators": 3,
                 "runs": "compiled"}  # fmt: skip
    wire = {"source": "number", "source_index": 0, "target": "answer", "target_index": 0, "type": "f32[1, 1]"}
    tag = publish_build(
        developer, built(developer, project, outline=OUTLINE | {"wires": [wire]}, models=[description]), "1.0"
    )
    assert run.data_digest == version.digest
    (data,) = origin_of(tag).training_data
    assert (data.name, data.digest) == ("data version 1", version.digest)
    components = json.loads(layer_of(referrers(tag)[BOM_TYPE]))["components"]
    assert [each["type"] for each in components] == ["machine-learning-model", "data", "application"]
    assert components[0]["modelCard"]["modelParameters"] == {
        "datasets": [{"ref": version.digest}], "inputs": [{"format": "f32[1, 1]"}],
    }  # fmt: skip
    assert components[1]["bom-ref"] == version.digest


@pytest.mark.slow
@pytest.mark.protects("registry/people-in-statements")
def test_who_approved_is_a_pseudonym(project: Any, developer: Any, people: dict[str, Any]) -> None:
    build = built(developer, project)
    give_verdict(people["reviewer"], build, "approve")
    give_verdict(people["maintainer"], build, "approve")
    tag = publish_build(developer, build, "1.0")
    data = layer_of(referrers(tag)[STATEMENT_TYPE]).decode()
    approvals = origin_of(tag).publication.approvals
    assert len({each.person for each in approvals}) == 2
    assert all(each.person.startswith("person-") for each in approvals)
    for person in (people["reviewer"], people["maintainer"], developer):
        for text in (str(person), person.email, str(person.pk), person.pk.hex):
            assert text not in data
    write_file(developer, project, "notes.txt", b"more")
    second = built(developer, project, b"\0asm\1\0\0\0second")
    give_verdict(people["reviewer"], second, "approve")
    (again,) = origin_of(publish_build(developer, second, "1.1")).publication.approvals
    assert again.person in {each.person for each in approvals}, "the same person has the same pseudonym"


@pytest.mark.slow
def test_what_failed_is_completed_later_and_done_once(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(attaching, "put_referrers", lambda *referrers: 1 / 0)
        tag = publish_build(developer, built(developer, project), "1.0")
    assert referrers(tag) == {}, "the rune is published all the same"
    for _ in range(2):
        complete_publications()
        assert set(referrers(tag)) == {STATEMENT_TYPE, BOM_TYPE}
    assert ProvenanceRecord.objects.count() == Publication.objects.count() == 1


@pytest.mark.slow
def test_the_same_bytes_under_two_tags_have_one_bill_and_two_statements(project: Any, developer: Any) -> None:
    build = built(developer, project)
    tag = publish_build(developer, build, "1.0")
    publish_build(developer, build, "latest")
    types = referrers_of(tag.repository, tag.manifest.blob_id).values_list("artifact_type", flat=True)
    assert sorted(types) == sorted([BOM_TYPE, STATEMENT_TYPE, STATEMENT_TYPE])

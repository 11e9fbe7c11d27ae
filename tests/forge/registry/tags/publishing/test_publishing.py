"""Publishing a build under a tag: who may, what stays, what moves, and what is written down."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.core.errors import Forbidden
from forge.core.models import AuditEntry, Event
from forge.projects.actions import write_file
from forge.registry.oci.digests import digest_of
from forge.registry.oci.manifests import RuneFacts, oci_artifact, stays
from forge.registry.tags.access import tags_of
from forge.registry.tags.errors import BadTag, NotPublishable, TagInUse
from forge.registry.tags.publishing.actions import publish_build
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


def changed(user: Any, project: Any) -> Any:
    """A build of other files with other bytes."""
    write_file(user, project, "notes.txt", str(project.builds.count()).encode())
    return built(user, project, RUNE + bytes([project.builds.count()]))


@pytest.mark.slow
def test_a_published_build_has_a_tag_an_entry_and_an_event(project: Any, developer: Any) -> None:
    build = built(developer, project)
    tag = publish_build(developer, build, " 1.0 ")
    assert [one.name for one in tags_of(developer, project)] == ["1.0"]
    entry = AuditEntry.objects.get(action="tag.publish")
    assert entry.data == {
        "digest": tag.manifest.blob_id,
        "tag": "1.0",
        "build_number": build.number,
        "admission": "open",
    }
    event = Event.objects.get(stream_id=project.stream, type="tag.published")
    assert event.data == {"tag": "1.0", "build_number": build.number, "admission": "open"}


@pytest.mark.slow
@pytest.mark.protects("registry/moved-versions")
def test_a_version_stays_with_its_first_build(project: Any, developer: Any) -> None:
    first = publish_build(developer, built(developer, project), "1.0")
    with pytest.raises(TagInUse, match="cannot move"):
        publish_build(developer, changed(developer, project), "1.0")
    assert tags_of(developer, project)[0].manifest == first.manifest


@pytest.mark.slow
def test_a_word_moves_to_the_newest_build(project: Any, developer: Any) -> None:
    publish_build(developer, built(developer, project), "latest")
    second = changed(developer, project)
    publish_build(developer, second, "latest")
    (tag,) = tags_of(developer, project)
    assert tag.build == second


@pytest.mark.slow
def test_publishing_the_same_again_changes_nothing(project: Any, developer: Any) -> None:
    build = built(developer, project)
    first, second = publish_build(developer, build, "1.0"), publish_build(developer, build, "1.0")
    assert first == second
    assert AuditEntry.objects.filter(action="tag.publish").count() == 1


@pytest.mark.slow
def test_two_tags_of_one_build_are_one_manifest(project: Any, developer: Any) -> None:
    build = built(developer, project)
    assert publish_build(developer, build, "1.0").manifest == publish_build(developer, build, "latest").manifest


@each_case("tag", ["", "-1", ".1", "a b", "a/b", "x" * 129, "ä", "1:0", "a\nb"])
def test_what_is_no_tag_is_refused(project: Any, developer: Any, tag: str) -> None:
    with pytest.raises(BadTag):
        publish_build(developer, built(developer, project), tag)


def test_only_a_build_that_succeeded_is_published(project: Any, developer: Any) -> None:
    with pytest.raises(NotPublishable):
        publish_build(developer, request_build(developer, project), "1.0")


def test_a_viewer_does_not_publish(project: Any, developer: Any, reviewer: Any) -> None:
    with pytest.raises(Forbidden):
        publish_build(reviewer, built(developer, project), "1.0")


def test_an_artifact_has_the_form_of_the_cncf() -> None:
    facts = RuneFacts(digest_of(RUNE), len(RUNE), "keywords.rune", datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    artifact = oci_artifact(facts)
    config, manifest = json.loads(artifact.config), json.loads(artifact.manifest)
    assert config == {
        "architecture": "wasm",
        "os": "wasip1",
        "created": "2026-01-02T03:04:05Z",
        "layerDigests": [digest_of(RUNE)],
    }
    assert manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert manifest["config"] == {
        "mediaType": "application/vnd.wasm.config.v0+json",
        "digest": digest_of(artifact.config),
        "size": len(artifact.config),
    }
    assert manifest["layers"] == [
        {
            "mediaType": "application/wasm",
            "digest": digest_of(RUNE),
            "size": len(RUNE),
            "annotations": {"org.opencontainers.image.title": "keywords.rune"},
        }
    ]
    assert oci_artifact(facts) == artifact


@pytest.mark.parametrize(
    ("tag", "does"), [("1.0", True), ("v2", True), ("0", True), ("latest", False), ("vnext", False)]
)
def test_versions_stay_and_words_move(tag: str, does: bool) -> None:
    assert stays(tag) is does

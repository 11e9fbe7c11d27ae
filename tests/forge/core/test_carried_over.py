"""Data of the version before artefacts had specs and blobs had owners is carried over: the same rows and bytes."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from forge.builds.artefacts import open_rune
from forge.builds.models import PLAIN, Artefact, Build, Preview, Role
from forge.core.blob_links import is_linked, links_of
from forge.core.blob_sweep import sweep_blobs
from forge.core.blobs import put_bytes, read_blob
from forge.core.models import Blob, BlobLink
from forge.core.stored_bytes import organisation_bytes
from forge.projects.models import Project, Sample, Version
from forge.registry.models import Manifest, Repository
from forge.reviews.models import AnchoredThread
from rune.building.spec import BuildSpec, SpecOptions
from tests.forge.each_migration import go_back

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof]

BEFORE = [
    ("accounts", "0011_roles_in_projects"),
    ("core", "0001_initial"),
    ("projects", "0005_a_keystroke_changes_one_index"),
    ("builds", "0003_timed_watches"),
    ("registry", "0001_initial"),
    ("reviews", "0001_initial"),
    ("player", "0001_initial"),
]
WIRES = [{"stage": "number", "index": 0}]


def digest_of(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


class Old:
    """The tables and files of the version before, and how its code filled them."""

    def __init__(self, apps: Any) -> None:
        self._apps = apps
        self.now = timezone.now() - timedelta(days=1)

    def make(self, model: str, **values: Any) -> Any:
        return self._apps.get_model(*model.split(".")).objects.create(**values)

    def blob(self, data: bytes) -> Any:
        digest = hashlib.sha256(data).hexdigest()
        place = f"sha256/{digest[:2]}/{digest}"
        if not storages["blobs"].exists(place):
            storages["blobs"].save(place, ContentFile(data))
        known = self._apps.get_model("core", "Blob").objects
        return known.get_or_create(digest=f"sha256:{digest}", defaults={"size": len(data)})[0]

    def artefact(self, version_digest: str, name: str, data: bytes, *, is_stored: bool = True) -> Any:
        key = uuid.uuid4()
        if is_stored:
            storages["default"].save(f"runes/{key.hex[:2]}/{key.hex}.rune", ContentFile(data))
        return self.make(
            "builds.Artefact",
            id=key,
            version_digest=version_digest,
            toolchain="0.1.0",
            name=name,
            digest="sha256:" + hashlib.sha256(data).hexdigest(),
            size=len(data),
            report={"toolchain": "0.1.0", "name": name, "verify": {"within": True}, "run": {"milliseconds": 1.0}},
        )

    def preview_build(self, project: Any, artefact: Any) -> Any:
        values = {"name": project.name, "kind": "preview", "state": "succeeded", "attempt": 1}
        return self.make("builds.Build", project=project, artefact=artefact, **values)

    def version(self, project: Any, number: int, files: dict[str, Any]) -> Any:
        manifest = {path: {"digest": blob.digest, "size": blob.size} for path, blob in files.items()}
        return self.make(
            "projects.Version",
            project=project,
            number=number,
            digest=digest_of(manifest),
            manifest=manifest,
            sequence=number,
        )


@pytest.fixture
def old() -> Iterator[Old]:
    """The database as it was, empty. The test goes on with the tables of now; so do all tests after it."""
    # Forward only is tried here: the way back has no data to bring along.
    BlobLink.objects.all().delete()
    yield Old(go_back(BEFORE))
    call_command("migrate", verbosity=0)


def stored_runes() -> list[Path]:
    return [place for place in (Path(settings.DATA_DIR) / "media").rglob("*.rune") if place.is_file()]


def test_everything_is_carried_over(old: Old) -> None:
    acme, other = (old.make("accounts.Organisation", name=name) for name in ("acme", "other"))
    kitchen = old.make("projects.Project", organisation=acme, name="kitchen", sequence=9)
    theirs = old.make("projects.Project", organisation=other, name="kitchen")
    model, text, voice = old.blob(b"a model"), old.blob(b"a text"), old.blob(b"a voice")
    taken = old.blob(b"taken back, and had by the others too")
    for project, blobs in ((kitchen, (model, voice)), (theirs, (taken,))):
        for blob in blobs:
            old.make("projects.ProjectBlob", project=project, blob=blob)
    sample = {"project": kitchen, "kind": "sound", "path": "a.wav", "label": "a", "consent": "yes", "ends": old.now}
    kept = old.make("projects.Sample", digest=voice.digest, size=voice.size, **sample)
    old.make("projects.Sample", digest=taken.digest, size=taken.size, gone_at=old.now, **sample)
    files = {"m.tflite": model, "Runefile.yml": text, "a.wav": voice, "b.wav": taken}
    version = old.version(kitchen, 1, files)
    same = old.version(theirs, 1, files)
    mika = old.make("accounts.User", email="mika@acme.example")
    type(version).objects.filter(pk=version.pk).update(author=mika)
    lost = {"digest": "sha256:" + "0" * 64, "size": 1}
    forgotten = old.make(
        "projects.Version", project=kitchen, number=2, digest="sha256:1", manifest={"gone": lost}, sequence=2
    )

    shared = old.artefact(version.digest, "kitchen", b"\0asm shared")
    builds = [
        old.make("builds.Build", project=project, version=of, name="kitchen", kind="numbered", number=number)
        for project, of, number in ((kitchen, version, 1), (kitchen, version, 2), (theirs, same, 1))
    ]
    for build in builds:
        type(build).objects.filter(pk=build.pk).update(state="succeeded", artefact=shared)
    drafted = old.artefact("sha256:" + "d" * 64, "kitchen", b"\0asm draft")
    draft = old.preview_build(kitchen, drafted)
    old.make("builds.Preview", project=kitchen, sequence=8, state="ready", build=draft, outline={"nodes": [1]})
    smuggled = digest_of({"version": drafted.version_digest, "wires": {"wires": WIRES, "timed": True}})
    looked = old.preview_build(kitchen, old.artefact(smuggled, "kitchen", b"\0asm looked into"))
    watch = old.make(
        "builds.Watch", project=kitchen, key="k", wires=WIRES, timed=True, sequence=8, state="ready", build=looked
    )
    gone = old.preview_build(theirs, old.artefact("sha256:" + "e" * 64, "kitchen", b"\0asm gone", is_stored=False))

    described, rune = old.blob(b"{manifest}"), old.blob(b"\0asm shared")
    repository = old.make("registry.Repository", project=kitchen)
    old.make("registry.RepositoryBlob", repository=repository, blob=rune, media_type="application/wasm")
    manifest = old.make("registry.Manifest", repository=repository, blob=described, media_type="x")
    old.make("registry.Tag", repository=repository, name="1.0", manifest=manifest, build=builds[0], created=old.now)

    said = old.make("core.Thread", subject=f"build:{builds[0].pk}")
    old.make("core.Comment", thread=said, text="It hears me.")

    call_command("migrate", verbosity=0)

    # What was said of a build is a thread about the whole of it; who asked for a version is taken for its writer.
    (thread,) = AnchoredThread.objects.all()
    assert (thread.pk, thread.build_id, thread.project_id, thread.kind) == (said.pk, builds[0].pk, kitchen.pk, "build")
    assert [comment.text for comment in thread.thread.comments.all()] == ["It hears me."]
    assert [Version.objects.get(pk=each.pk).writers for each in (version, same)] == [[str(mika.pk)], []]

    # Artefacts keep their rows; one that two organisations shared is had by both.
    first, second, others = (Build.objects.get(pk=build.pk).artefact for build in builds)
    assert first is not None
    assert others is not None
    assert first == second != others
    assert {first.pk, others.pk} > {shared.pk} or shared.pk in (first.pk, others.pk)
    assert [(each.digest, each.size, each.report) for each in (first, others)] == [
        (shared.digest, shared.size, shared.report)
    ] * 2
    assert (first.organisation_id, others.organisation_id) == (acme.pk, other.pk)
    made = BuildSpec(version.digest, "0.1.0", "wasm32", SpecOptions("kitchen"))
    assert (first.spec, first.spec_digest) == (made.to_json(), made.digest)
    for artefact in (first, others, Artefact.objects.get(pk=drafted.pk)):
        assert {file.role for file in artefact.files.all()} == {Role.RUNE, Role.REPORT}
        with open_rune(artefact) as file:
            assert file.read().startswith(b"\0asm")
        report = artefact.files.get(role=Role.REPORT).blob_id
        assert json.loads(read_blob(report)) == {"toolchain": "0.1.0", "name": "kitchen"}
    assert Build.objects.get(pk=builds[0].pk).measurement == {"milliseconds": 1.0}
    # One whose file was gone before stays one whose file is gone.
    assert Build.objects.get(pk=gone.pk).artefact.files.filter(role=Role.RUNE).count() == 0  # type: ignore[union-attr]
    assert stored_runes() == []

    # Previews and looks into them are one table, and no hash stands for a version.
    own = Preview.objects.get(project_id=kitchen.pk, key=PLAIN)
    assert (own.sequence, own.state, own.build_id, own.outline) == (8, "ready", draft.pk, {"nodes": [1]})
    wished = Preview.objects.get(pk=watch.pk)
    assert wished.options == {"watched": WIRES, "timed": True}
    assert wished.build is not None
    assert wished.build.artefact is not None
    assert wished.build.artefact.version_digest == drafted.version_digest
    assert SpecOptions.from_json(wished.build.artefact.spec["options"]).timed

    # Each blob has its owners, and the sweep finds nothing that one needs.
    project = Project.objects.get(pk=kitchen.pk)
    assert set(links_of(project).values_list("blob_id", flat=True)) == {model.digest, voice.digest}
    assert is_linked(Sample.objects.get(pk=kept.pk), voice.digest)
    mine, copied = Version.objects.get(pk=version.pk), Version.objects.get(pk=same.pk)
    assert set(links_of(mine).values_list("blob_id", flat=True)) == {model.digest, text.digest, voice.digest}
    assert is_linked(copied, taken.digest)
    assert not links_of(Version.objects.get(pk=forgotten.pk)).exists()
    assert is_linked(Repository.objects.get(), rune.digest)
    assert is_linked(Manifest.objects.get(), described.digest)
    mine_alone = dict(Blob.objects.filter(links__organisation=acme.pk).values_list("digest", "size"))
    assert organisation_bytes(acme.pk) == sum(mine_alone.values())
    assert mine_alone.keys() > {model.digest, text.digest, voice.digest, rune.digest, described.digest}
    assert taken.digest not in mine_alone
    left = put_bytes(b"left by somebody")
    assert sweep_blobs(timezone.now() + timedelta(days=2)).blobs == 1
    assert not Blob.objects.filter(pk=left.digest).exists()
    assert read_blob(described.digest) == b"{manifest}"

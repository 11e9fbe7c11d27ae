"""Blocks that a project publishes and others use: who may, what is refused, and what is built of them."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import create_project, delete_project, restore_project, update_project, write_file
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import working_tree
from forge.registry.blocks.actions import deprecate_block, end_block_deprecation, publish_block
from forge.registry.blocks.errors import BadBlock, BlockBroken
from forge.registry.models import BlockVersion
from forge.registry.tags.errors import GateClosed, TagInUse
from forge.reviews.actions import give_verdict
from rune.blocks.artefact import read_block_manifest
from rune.blocks.mounts import SHELF, mounted_path
from rune.digests import digest_of
from tests.support.clients.registry_client import body, get, token_of
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_headers
from tests.support.runes.shared_blocks import RUNEFILE, SMOOTH

pytestmark = pytest.mark.django_db

API = "/api/v1/projects/acme"
TESTS = b"""def test_it_follows():
    assert smooth([1.0, 0.0]) == [0.5, 0.0]
"""


@pytest.fixture
def sounds(project: Any, developer: Any) -> Any:
    """`acme/kitchen`, with a block that has a test."""
    write_file(developer, project, "smooth.py", SMOOTH)
    write_file(developer, project, "smooth_test.py", TESTS)
    return project


def approve(person: Any, project: Any) -> None:
    """The project's files as they are, built and approved by somebody else, where there is somebody."""
    approved(built(person, project, RUNE + str(project.builds.count()).encode()))


def _user_of(person: Any, organisation: Any, lock: str, name: str = "clap") -> Any:
    """A project whose one stage runs `acme/kitchen#smooth@1.2`."""
    project = create_project(person, organisation, name, None)
    write_file(person, project, "Runefile.yml", RUNEFILE.format(block="acme/kitchen#smooth@1.2", type="f32").encode())
    write_file(person, project, "rune.lock", lock.encode())
    return project


def _preview(project: Any, compiler: Compiler) -> Preview:
    refresh_previews(project.pk, compiler, threading.Event())
    return Preview.objects.plain().get(project=project)


def _mounted(project: Any) -> set[str]:
    tree = working_tree(project)
    return set(with_blocks(project, tree.manifest, tree.texts)) - set(tree.manifest)


@pytest.mark.slow
@pytest.mark.protects("compiling/shared-blocks")
def test_what_is_wrong_is_refused_and_leaves_nothing(sounds: Any, developer: Any, reviewer: Any, stranger: Any) -> None:
    for someone, refusal in ((reviewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            publish_block(someone, sounds, "smooth.py", "1.2")
    for path, version in (
        ("smooth.py", "latest"),
        ("smooth.py", "1.2.3.4"),
        ("smooth_test.py", "1"),
        ("Runefile.yml", "1"),
    ):
        with pytest.raises(BadBlock):
            publish_block(developer, sounds, path, version)
    with pytest.raises(NotFound):
        publish_block(developer, sounds, "gone.py", "1.2")
    write_file(developer, sounds, "smooth_test.py", TESTS.replace(b"0.5", b"0.6"))
    with pytest.raises(BlockBroken, match=r"smooth_test.py:2: test_it_follows failed") as error:
        publish_block(developer, sounds, "smooth.py", "1.2")
    assert [problem["code"] for problem in error.value.extra["problems"]] == ["RUNE0121"]  # type: ignore[attr-defined]
    write_file(developer, sounds, "smooth.py", SMOOTH.replace(b"return last", b"return [last]"))
    with pytest.raises(BlockBroken, match=r"smooth.py:\d+:"):
        publish_block(developer, sounds, "smooth.py", "1.2")
    assert not BlockVersion.objects.exists()
    assert not AuditEntry.objects.filter(action="block.publish").exists()


@pytest.mark.slow
@pytest.mark.protects("compiling/shared-blocks")
def test_a_version_means_its_bytes_for_ever(sounds: Any, developer: Any, owner: Any) -> None:
    approve(developer, sounds)
    first = publish_block(developer, sounds, "smooth.py", "1.2", "Slower.\0\n")
    assert (first.name, first.summary, first.notes) == (
        "smooth",
        "Average the scores, so that one loud moment is not a word.",
        "Slower.",
    )
    assert first.interface is not None
    assert first.interface["settings"] == [
        {"name": "alpha", "type": "f32", "default": 0.5, "minimum": None, "maximum": None}
    ]
    assert [first.interface[each] for each in ("inputs", "states", "outputs")] == [
        [{"name": "x", "type": "f32[n]"}],
        [{"name": "last", "type": "f32[n]"}],
        ["f32[n]"],
    ]
    assert publish_block(developer, sounds, "smooth.py", "1.2").pk == first.pk
    assert Event.objects.filter(stream_id=sounds.stream, type="block.published").count() == 1
    write_file(developer, sounds, "smooth.py", SMOOTH.replace(b"0.5", b"0.25"))
    write_file(developer, sounds, "smooth_test.py", TESTS.replace(b"0.5", b"0.25"))
    with pytest.raises(TagInUse, match=r"Choose the next version"):
        publish_block(developer, sounds, "smooth.py", "1.2")
    approve(developer, sounds)
    for same in ("1.2.0", "1.2 "):
        with pytest.raises(TagInUse):
            publish_block(developer, sounds, "smooth.py", same)
    assert publish_block(developer, sounds, "smooth.py", "1.3").manifest.blob_id != first.manifest.blob_id
    # Nor from another project of this name.
    update_project(owner, sounds, name="pantry")
    second = create_project(developer, sounds.organisation, "kitchen", None)
    write_file(developer, second, "smooth.py", SMOOTH.replace(b"0.5", b"0.75"))
    with pytest.raises(TagInUse, match=r"acme/kitchen:smooth@1.2 was published before"):
        publish_block(developer, second, "smooth.py", "1.2")


@pytest.mark.slow
@pytest.mark.protects("compiling/shared-blocks")
def test_two_organisations_and_a_stranger(
    sounds: Any, developer: Any, owner: Any, viewer: Any, stranger: Any, browser_of: Any
) -> None:
    approve(developer, sounds)
    block = publish_block(developer, sounds, "smooth.py", "1.2")
    digest = block.manifest.blob_id
    lock = f"acme/kitchen#smooth@1.2 {digest}\n"
    own = _user_of(developer, sounds.organisation, lock)
    other = _user_of(stranger, Organisation.objects.get(name="other"), lock)
    expected = {mounted_path(digest), mounted_path(digest_of(SMOOTH))}

    # Another project of the organisation gets it, no matter who asks; the other organisation gets nothing, and no word
    # of it.
    assert _mounted(own) == expected
    assert _mounted(other) == set()
    usable = browser_of(viewer).get(f"{API}/clap/blocks/usable").json()
    assert [each["name"] for each in usable["blocks"]] == ["acme/kitchen#smooth"]
    assert set(usable["files"]) == {SHELF, *expected}
    assert digest_of(usable["files"][mounted_path(digest)].encode()) == digest
    theirs = browser_of(stranger).get("/api/v1/projects/other/clap/blocks/usable").json()
    assert (theirs["blocks"], theirs["files"]) == ([], {SHELF: "{}"})
    for path in ("blocks", "blocks/smooth/1.2", "blocks/nothing/1.2"):
        assert browser_of(stranger).get(f"{API}/kitchen/{path}").status_code == 404
        assert browser_of(None).get(f"{API}/kitchen/{path}").status_code == 401
    assert browser_of(stranger).get("/api/v1/organisations/acme/blocks").status_code == 404
    assert browser_of(viewer).get("/api/v1/organisations/acme/blocks").json()["blocks"] != []
    assert get("acme/kitchen/blocks/smooth/manifests/1.2", token_of(stranger)).status_code == 404
    assert get("acme/kitchen/blocks/smooth/manifests/1.2").status_code == 401

    # A member's command pulls it, tags, manifest and source, and this is written down.
    token = token_of(viewer)
    assert json.loads(body(get("acme/kitchen/blocks/smooth/tags/list", token)))["tags"] == ["1.2"]
    response = get("acme/kitchen/blocks/smooth/manifests/1.2", token)
    assert response["Docker-Content-Digest"] == digest_of(body(response)) == digest
    files = read_block_manifest(body(get(f"acme/kitchen/blocks/smooth/manifests/{digest}", token))).files
    assert {name: body(get(f"acme/kitchen/blocks/smooth/blobs/{each}", token)) for name, each in files.items()} == {
        "smooth.py": SMOOTH,
        "smooth_test.py": TESTS,
    }
    assert get(f"acme/kitchen/blocks/other/manifests/{digest}", token).status_code == 404
    assert AuditEntry.objects.filter(action="block.pull").count() == 1

    # Public, it is everybody's; the other organisation has it by its name.
    update_project(owner, sounds, visibility="public")
    assert _mounted(other) == expected
    theirs = browser_of(stranger).get("/api/v1/projects/other/clap/blocks/usable").json()
    assert [each["name"] for each in theirs["blocks"]] == ["acme/kitchen#smooth"]
    assert get("acme/kitchen/blocks/smooth/manifests/1.2").status_code == 200
    update_project(owner, sounds, visibility="private")
    assert _mounted(other) == set()

    # Deleted, nobody finds it, and what named it in its lock goes on.
    delete_project(owner, sounds)
    assert browser_of(viewer).get(f"{API}/clap/blocks/usable").json()["blocks"] == []
    assert _mounted(own) == expected
    kitchen = restore_project(owner, sounds.organisation, "kitchen")
    assert kitchen.pk == sounds.pk


@pytest.mark.slow
def test_a_preview_and_its_questions_are_of_the_bytes_of_the_lock(
    sounds: Any, developer: Any, client: Client, compiler: Compiler
) -> None:
    digest = publish_block(developer, sounds, "smooth.py", "1.2").manifest.blob_id
    lock = f"acme/kitchen#smooth@1.2 {digest}\n"
    own = _user_of(developer, sounds.organisation, lock)
    assert _preview(own, compiler).state == PreviewState.READY
    reply = client.post(f"{API}/clap/language", {"ask": "check"}, content_type="application/json").json()
    assert reply["answer"]["diagnostics"] == []
    write_file(developer, own, "rune.lock", lock.replace(digest[-4:], "0000").encode())
    preview = _preview(own, compiler)
    assert (preview.state, [each["code"] for each in preview.diagnostics]) == (PreviewState.BROKEN, ["RUNE0122"])
    assert Preview.objects.filter(project=own).count() == 1


def test_a_build_s_page_names_the_blocks_of_others_by_digest(project: Any, developer: Any, client: Client) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    build.artefact.report["blocks"] = [{"path": "acme/sounds#smooth@1.2", "digest": "sha256:" + "ab" * 32}]
    build.artefact.save(update_fields=["report"])
    page = client.get(f"/acme/kitchen/builds/{build.number}/files").content.decode()
    assert "acme/sounds#smooth@1.2" in page
    assert "sha256:" + "ab" * 32 in page


@pytest.mark.slow
@pytest.mark.protects("roles/block-users")
def test_advice_against_a_version_is_told_and_taken_back(
    sounds: Any, developer: Any, owner: Any, reviewer: Any, client: Client
) -> None:
    approve(developer, sounds)
    digest = publish_block(developer, sounds, "smooth.py", "1.2").manifest.blob_id
    _user_of(developer, sounds.organisation, f"acme/kitchen#smooth@1.2 {digest}\n")
    with pytest.raises(Invalid):
        deprecate_block(developer, sounds, "smooth", "1.2", " ")
    with pytest.raises(Forbidden):
        deprecate_block(reviewer, sounds, "smooth", "1.2", "It clicks.")
    for successor in ("latest", "1.2", "1.9", "acme/kitchen#gone@1", "other/theirs#calm@1"):
        with pytest.raises(Invalid) as wrong:
            deprecate_block(developer, sounds, "smooth", "1.2", "It clicks.", successor)
        assert list(wrong.value.errors) == ["successor"], successor
    deprecate_block(developer, sounds, "smooth", "1.2", "It clicks.")
    (block,) = client.get(f"{API}/clap/blocks/usable").json()["blocks"]
    assert block["versions"][0]["deprecation"] == "It clicks."
    warning = get("acme/kitchen/blocks/smooth/manifests/1.2", token_of(developer))["Warning"]
    assert "smooth 1.2 is deprecated: It clicks." in warning
    end_block_deprecation(developer, sounds, "smooth", "1.2")
    assert BlockVersion.objects.get().deprecated is None
    assert Event.objects.filter(stream_id=sounds.stream, type="block.described").count() == 2
    # A version that there is can be named, and is listed with the reason wherever the block is taken.
    published_block(developer, sounds, "1.3")
    path = f"{API}/kitchen/blocks/smooth/1.2/deprecation"
    body = {"reason": "It clicks.", "successor": "1.3"}
    answer = client.put(path, body, content_type="application/json", headers=etag_headers(path)).json()
    assert (answer["deprecation"], answer["successor"]) == ("It clicks.", "acme/kitchen#smooth@1.3")
    warning = get("acme/kitchen/blocks/smooth/manifests/1.2", token_of(developer))["Warning"]
    assert "smooth 1.2 is deprecated: It clicks. Take acme/kitchen#smooth@1.3 instead." in warning
    reply = client.post(f"{API}/clap/language", {"ask": "check"}, content_type="application/json").json()
    assert "Take `acme/kitchen#smooth@1.3` instead." in str(reply["answer"]["diagnostics"])
    with pytest.raises(Invalid, match="deprecated too"):
        deprecate_block(developer, sounds, "smooth", "1.3", "It hums.", "1.2")
    # A page that everyone sees names nothing that only some may see.
    update_project(owner, sounds, visibility="public")
    private_project = create_project(developer, sounds.organisation, "hidden", None)
    published_block(developer, private_project, "1.0")
    with pytest.raises(Invalid, match="not open to everyone"):
        deprecate_block(developer, sounds, "smooth", "1.2", "It clicks.", "acme/hidden#smooth@1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/block-versions")
def test_a_version_of_a_block_passes_the_gate_of_the_projects_tags(
    sounds: Any, developer: Any, reviewer: Any, owner: Any
) -> None:
    with pytest.raises(GateClosed, match="These files were not built"):
        publish_block(developer, sounds, "smooth.py", "1.2")
    build = built(developer, sounds)
    with pytest.raises(GateClosed, match="0 of 1 approval"):
        publish_block(developer, sounds, "smooth.py", "1.2")
    give_verdict(reviewer, build, "approve")
    write_file(developer, sounds, "smooth.py", SMOOTH + b"# unseen\n")
    with pytest.raises(GateClosed, match="These files were not built"):
        publish_block(developer, sounds, "smooth.py", "1.2")
    with pytest.raises(Forbidden):
        publish_block(developer, sounds, "smooth.py", "1.2", reason="The fair opens in an hour.")
    assert not BlockVersion.objects.exists()
    write_file(developer, sounds, "smooth.py", SMOOTH)
    assert publish_block(developer, sounds, "smooth.py", "1.2").version == "1.2"
    write_file(developer, sounds, "smooth.py", SMOOTH + b"# unseen\n")
    assert publish_block(owner, sounds, "smooth.py", "1.3", reason="The fair opens in an hour.").version == "1.3"
    entry = AuditEntry.objects.get(action="block.override")
    assert entry.data["reason"] == "The fair opens in an hour."

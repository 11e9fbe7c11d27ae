"""A digest that a client names tells nothing of what others store: an invented one and another's are answered alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.core.blobs.damage import count_damaged
from forge.projects.actions import create_from_files
from forge.projects.files import document
from forge.projects.files.document_store import append_update, load_document
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import approved, built
from tests.support.models.model_cases import compiled_model

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects/acme/kitchen"
FAKE_DIGEST = "sha256:" + "5" * 64
JSON = "application/json"


@pytest.fixture
def anothers(stranger: User) -> str:
    """The digest of a model that another organisation stores."""
    model = compiled_model("chain_f32_dense")
    other = Organisation.objects.get(name="other")
    project = create_from_files(stranger, other, "secret", [("m.tflite", model)])
    entry = document.find_entry(load_document(project.pk).doc, "m.tflite")
    assert entry is not None
    assert entry.digest is not None
    return entry.digest


def plant(project: Project, user: User, path: str, digest: str) -> None:
    """Writes a file with this digest into the live document, as any client of the socket can."""
    doc = load_document(project.pk).doc
    before = doc.get_state()
    document.add_binary(doc, path, digest, 8)
    append_update(project.pk, doc.get_update(before), user.pk)


def comparable(answer: Any, path: str) -> tuple[int, str]:
    """An answer without the name of the file that was asked for."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body.decode("latin-1").replace(path, "PATH")


WAYS = {
    "reading it": lambda client, path: client.get(f"{BASE}/files/{path}.bin"),
    "reading it as a model": lambda client, path: client.get(f"{BASE}/models/{path}.tflite"),
    "renaming it to a model": lambda client, path: client.post(
        f"{BASE}/files/{path}.bin/rename", {"path": f"{path}-2.tflite"}, content_type=JSON
    ),
    "copying it to a model": lambda client, path: client.post(
        f"{BASE}/files/{path}.bin/copy", {"path": f"{path}-2.tflite"}, content_type=JSON
    ),
    "copying it": lambda client, path: client.post(
        f"{BASE}/files/{path}.bin/copy", {"path": f"{path}-2.bin"}, content_type=JSON
    ),
    "packing it": lambda client, path: client.get(f"{BASE}/archive?folder={path}"),
}


@pytest.mark.protects("uploads/known-digests")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_an_invented_digest_and_anothers_are_answered_alike(
    way: Any, client: Client, project: Project, user: User, anothers: str
) -> None:
    for path, digest in (("known", anothers), ("guess", FAKE_DIGEST)):
        for name in (f"{path}.bin", f"{path}.tflite", f"{path}/inside.bin"):
            plant(project, user, name, digest)
    real, guess = comparable(way(client, "known"), "known"), comparable(way(client, "guess"), "guess")
    assert real == guess
    assert real[0] == 404


@pytest.mark.slow
@pytest.mark.protects("uploads/known-digests")
def test_the_registry_and_the_player_answer_alike_too(
    client: Client, project: Project, owner: User, user: User, anothers: str
) -> None:
    publish_build(owner, approved(built(user, project)), "latest")
    Project.objects.filter(pk=project.pk).update(visibility="public")
    for address in ("/v2/acme/kitchen/blobs/{}", "/v2/acme/kitchen/manifests/{}", "/player/acme/kitchen/runes/{}"):
        for method in (client.get, client.head):
            answers = [comparable(method(address.format(digest)), digest) for digest in (anothers, FAKE_DIGEST)]
            assert answers[0] == answers[1]
            assert answers[0][0] == 404
    mounts = [
        client.post(f"/v2/acme/kitchen/blobs/uploads/?mount={d}&from=other/secret") for d in (anothers, FAKE_DIGEST)
    ]
    assert comparable(mounts[0], anothers) == comparable(mounts[1], FAKE_DIGEST)


@pytest.mark.protects("live/false-sizes")
def test_a_false_size_is_not_taken_for_damage(client: Client, project: Project, user: User) -> None:
    put = client.put(f"{BASE}/files/own.bin", b"\xff own bytes", content_type="application/octet-stream").json()
    plant(project, user, "false.bin", put["digest"])
    answer = client.get(f"{BASE}/files/false.bin")
    assert (answer["Content-Length"], comparable(answer, "false")) == ("11", (200, "\xff own bytes"))
    assert count_damaged() == 0

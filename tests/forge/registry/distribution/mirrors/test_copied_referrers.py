"""A copy to another registry has all that refers to what it copies, also what refers to that, and sends it once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from forge.registry.distribution.mirrors.connection import RemoteConnection
from forge.registry.distribution.mirrors.copying import copy_repository, state_of
from forge.registry.distribution.mirrors.remote import RemoteRepository
from forge.registry.repository.access import repository_of
from rune.oci import MANIFEST_TYPE
from tests.forge.registry.distribution.mirrors.lying_registry import (
    CannedAnswer,
    CannedRegistry,
    NotedRequest,
    canned_registry,
)
from tests.support.clients.registry_client import (
    RegistryClient,
    credentials,
    descriptor,
    image,
    index,
    sha,
    take_all,
)
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.django_db

LIST = f"/v2/team/door/referrers/sha256:{'1' * 64}"


@pytest.fixture
def client(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


@contextmanager
def remote_of(registry: CannedRegistry) -> Iterator[RemoteRepository]:
    connection = RemoteConnection(registry.origin, None, "", anywhere=True, seconds=PATIENCE)
    with RemoteRepository(connection, "team/door") as remote:
        yield remote


def about(manifest: bytes, note: str) -> bytes:
    """A manifest that refers to another."""
    return image(subject=descriptor(manifest, MANIFEST_TYPE), annotations={"note": note})


def pushed_levels(client: RegistryClient) -> Iterator[bytes]:
    """Pushes a listed image, its index under a tag, and then one after another what refers to these."""
    child = client.push_image("", b"a layer")
    client.push_manifest(index(child), "all")
    attestation = about(index(child), "attestation")
    for manifest in (attestation, about(attestation, "its signature"), about(child, "of the child")):
        assert client.push_manifest(manifest).status_code == 201
        yield manifest


@pytest.mark.slow
def test_the_state_changes_with_each_referrer_and_with_what_refers_to_a_listed_manifest(
    client: RegistryClient, project: Any
) -> None:
    states = [state_of(repository).digest for _ in pushed_levels(client) if (repository := repository_of(project))]
    assert len(set(states)) == 3


@pytest.mark.slow
def test_a_copy_has_referrers_of_all_levels_and_asks_for_a_list_where_there_are_some(
    client: RegistryClient, project: Any
) -> None:
    def taking(request: NotedRequest) -> CannedAnswer | None:
        if request.method == "POST":
            return CannedAnswer(202, b"", {"Location": f"{request.path}1"})
        return CannedAnswer(201, b"", {"OCI-Subject": "known"}) if request.method == "PUT" else None

    referrers = list(pushed_levels(client))
    repository = repository_of(project)
    assert repository is not None
    with canned_registry(taking) as registry, remote_of(registry) as remote:
        assert copy_repository(repository, state_of(repository), remote, lambda: None) == (["all"], {})
    names = [each.path.rpartition("/")[2] for each in registry.requests if each.method == "PUT"]
    assert all(names.count(sha(each)) == 1 for each in referrers)
    assert sum("/referrers/" in each.path for each in registry.requests) == 3


def listing(*digits: str) -> bytes:
    return json.dumps({"manifests": [{"digest": f"sha256:{digit * 64}"} for digit in digits]}).encode()


def test_a_list_of_referrers_is_read_to_its_end() -> None:
    pages = {
        LIST: CannedAnswer(200, listing("a", "b"), {"Link": f'<{LIST}?skip=2>; rel="next"'}),
        f"{LIST}?skip=2": CannedAnswer(200, listing("c"), {"Link": '<?skip=3>; rel="next"'}),
        f"{LIST}?skip=3": CannedAnswer(200, listing("d")),
    }
    with canned_registry(lambda request: pages.get(request.path)) as registry, remote_of(registry) as remote:
        digest = LIST.rpartition("/")[2]
        assert [each[-1] for each in remote.referrers(digest)] == ["a", "b", "c", "d"]
        assert len(remote.referrers(digest, 1)) == 1
    assert len(registry.requests) == 4


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/x?y", "/v2/team/other/referrers/x?y", "/admin?delete", f"{LIST}/../x?y", LIST, "?a b"],
)
def test_a_next_page_that_is_none_of_the_list_is_not_asked_for(target: str) -> None:
    answer = CannedAnswer(200, listing("a"), {"Link": f'<{target}>; rel="next"'})
    with canned_registry(lambda _: answer) as registry, remote_of(registry) as remote:
        assert len(remote.referrers(LIST.rpartition("/")[2])) == 1
    assert [each.path for each in registry.requests] == [LIST]

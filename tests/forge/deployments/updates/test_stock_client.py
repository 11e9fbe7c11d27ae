"""The client of python-tuf as it is, with its own fetcher and nothing of ours, against a deployment's documents."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import HTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.test import Client
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import Updater, UpdaterConfig

from forge.deployments.actions import create_key, revoke_key
from forge.deployments.models import Deployment, DeploymentKey
from forge.deployments.signed_releases import root_of
from forge.deployments.updates.jobs import request_updates
from forge.jobs.models import Job
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed
from tests.support.servers.listening import QuietHandler, origin

pytestmark = pytest.mark.django_db
Value = TypeVar("Value")
NAME = "acme/kitchen/website"


@pytest.fixture
def deployment(owner: Any, developer: Any, reviewer: Any, project: Any, run_signer: Callable[[], list[Job]]) -> Any:
    row = deployed(developer, project, "1.0")
    request_updates()
    run_signer()
    return row


@pytest.fixture
def key(deployment: Deployment, developer: Any) -> DeploymentKey:
    return create_key(developer, deployment, "Boards")[0]


def answered_by_django(act: Callable[[str], Value]) -> Value:
    """Runs a client of a server in another thread, and answers what it asks in this one, which has the database."""
    client = Client()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            answer = client.get(self.path)
            body = b"".join(answer) if answer.streaming else answer.content
            self.respond(answer.status_code, body, dict(answer.items()) | {"Content-Length": str(len(body))})

        def respond(self, status: int, body: bytes = b"", headers: Any = None) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Handler) as server, ThreadPoolExecutor(1) as pool:
        server.timeout = 0.01
        result = pool.submit(act, origin(server))  # type: ignore[arg-type]
        while not result.done():
            server.handle_request()
        return result.result()


@dataclass(frozen=True)
class StockApp:
    """An app with the client of python-tuf, the root and the address that stands for a key."""

    path: str
    root: bytes
    folder: Path
    has_prefix: bool = True

    def download(self, name: str = NAME) -> bytes:
        """The bytes of the target that the newest documents name."""

        def act(base: str) -> bytes:
            updater = Updater(
                str(self.folder),
                f"{base}{self.path}/tuf/",
                target_dir=str(self.folder),
                target_base_url=f"{base}{self.path}/tuf/targets/",
                config=UpdaterConfig(prefix_targets_with_hash=self.has_prefix),
                bootstrap=self.root,
            )
            updater.refresh()
            target = updater.get_targetinfo(name)
            assert target is not None
            return Path(updater.download_target(target)).read_bytes()

        return answered_by_django(act)


def app_of(key: DeploymentKey, folder: Path, *, has_prefix: bool = True) -> StockApp:
    root = root_of(key.deployment.project.organisation_id)
    assert root is not None
    return StockApp(f"/d/{NAME}/{key.pk}", root.document.encode(), folder, has_prefix)


@pytest.mark.parametrize("has_prefix", [True, False])
def test_the_stock_client_downloads_what_the_keys_signed(has_prefix: bool, key: DeploymentKey, tmp_path: Path) -> None:
    assert app_of(key, tmp_path, has_prefix=has_prefix).download() == RUNE


@pytest.mark.protects("delivery/runes-by-digest")
def test_the_address_ends_with_its_key(key: DeploymentKey, developer: Any, tmp_path: Path) -> None:
    app = app_of(key, tmp_path)
    revoke_key(developer, key.deployment, key.pk)
    with pytest.raises(DownloadHTTPError) as error:
        app.download()
    assert error.value.status_code == 403


@pytest.mark.parametrize(
    "file",
    ["other/kitchen/website", "acme/kitchen", f"acme/kitchen/{'0' * 64}.website", "acme/kitchen/other", "website"],
)
def test_other_targets_are_unknown(file: str, key: DeploymentKey, client: Client) -> None:
    answer = client.get(f"/d/{NAME}/{key.pk}/tuf/targets/{file}")
    assert (answer.status_code, answer.json()["name"]) == (404, "rune-unknown")


def test_without_the_address_of_a_key_the_key_is_asked_for(deployment: Deployment, client: Client) -> None:
    assert client.get(f"/d/{NAME}/tuf/targets/{NAME}").json()["name"] == "key-missing"

"""`hmr` against a running server: data as arrays, a review of members, and deployments whose state is signed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

import hmr
import rune
from hmr.deployments import SIGNING_SECONDS
from rune.tools.remote import DataClient, NewSample
from tests.support.forge.factories.recordings import loud
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]

SCOPES = ("write", "organisation:read", "deployment:manage")
LABELS = {1: "knock", 2: "knock", 3: "glass"}


@dataclass(frozen=True)
class Notebook:
    """A project on the server, as a notebook uses it."""

    live: LiveServer
    organisation: str
    name: str
    token: str

    @property
    def project(self) -> str:
        return f"{self.organisation}/{self.name}"

    def rune(self, version: str = "1.0") -> hmr.Rune:
        return hmr.Rune(self.organisation, self.name, None, version, server=self.live.address, token=self.token)

    def change_the_rune(self) -> None:
        """Makes the next build another rune."""
        path = f"projects/{self.project}/files/Runefile.yml"
        text = self.live.http.get(f"/api/v1/{path}").text
        self.live.api("PUT", path, content=f"{text}\n# {len(text)}\n".replace("serial", "SERIAL").encode())


@pytest.fixture
def notebook(
    live: LiveServer, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Notebook]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    organisation, name = live.organisation(), f"sdk-{len(request.node.name)}"
    live.api("POST", "projects", json={"organisation": organisation, "name": name, "template": "sine"})
    yield Notebook(live, organisation, name, live.token(*SCOPES))
    live.delete_project(f"{organisation}/{name}")


@contextmanager
def joined(live: LiveServer, organisation: str, name: str, email: str, role: str) -> Iterator[None]:
    """Another person, who joins by an invitation's link. They leave at the end: with two members, a deployment needs an
    approval, also in the tests that come after this one."""
    link = live.api("POST", f"organisations/{organisation}/invitations", json={"role": role})["link"]
    with httpx.Client(base_url=live.address, timeout=30, trust_env=False) as other:
        other.get("/join")
        form = {"token": link.split("#token=")[1], "step": "account", "name": name, "email": email}
        csrf = {"csrfmiddlewaretoken": other.cookies["csrftoken"]}
        answer = other.post("/join", data=form | csrf | {"password": "a long password of 2026"})
        assert answer.status_code == 302, answer.text
    yield
    members = f"organisations/{organisation}/members"
    (member,) = (each["id"] for each in live.api("GET", members)["members"] if each["name"] == name)
    live.api("DELETE", f"{members}/{member}")


def labels_of(data: rune.DataSet) -> list[str]:
    """The labels of all its samples, whose recordings are 160 values long."""
    x, y = data.arrays(length=160)
    assert x.shape == (len(y), 160)
    return [data.labels[each] for each in y]


def test_a_deployment_is_loaded_as_the_server_signed_it(notebook: Notebook) -> None:
    first = notebook.rune()
    build = first.build()
    website = first.deploy(origins=["https://acme.example"])
    assert website.root.startswith("sha256:")
    client = website.client()
    loaded_rune = client.load()
    assert client.served is not None
    assert client.served.version == "1.0"
    assert loaded_rune([0.5]).keys() == build.load()([0.5]).keys()

    # Nobody else's root is taken for the organisation's.
    stranger = replace(website, root=f"sha256:{'0' * 64}").client()
    with pytest.raises(rune.DeploymentError) as error:
        stranger.load()
    assert error.value.name == "signature-refused"

    notebook.change_the_rune()
    second = notebook.rune("1.1")
    second.build()
    again = second.deploy()
    assert (again.key, again.root, again.version) == ("", website.root, "1.1")
    newer = again.client(website.key)
    newer.load()
    assert newer.served is not None
    assert (newer.served.version, newer.served.release) == ("1.1", 2)


def test_a_program_of_its_own_loads_it_with_the_digest_in_its_text(notebook: Notebook, tmp_path: Path) -> None:
    first = notebook.rune()
    first.build()
    website = first.deploy()
    program = (
        "import json, sys, rune\n"
        f"deployment = rune.Deployment({website.url!r}, {website.key!r}, root={website.root!r}, cache=sys.argv[1])\n"
        "print(json.dumps([list(deployment.load()([0.5])), deployment.served.version]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "runes")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    answers, version = json.loads(result.stdout)
    assert (len(answers), version) == (1, "1.0")


def test_what_is_not_signed_is_not_loaded(notebook: Notebook) -> None:
    first = notebook.rune()
    first.build()
    website = replace(first.deploy(), root="")
    with pytest.raises(hmr.HmrError) as error:
        website.client()
    assert error.value.name == "not-signed"
    assert SIGNING_SECONDS >= 30


def test_samples_of_a_version_are_arrays(notebook: Notebook) -> None:
    project = f"projects/{notebook.project}/data"
    with pytest.raises(hmr.HmrError) as error:
        notebook.rune().get_data()
    assert error.value.name == "not-there"

    with DataClient(notebook.live.address, notebook.token, notebook.project) as data:
        consent = data.agree(data.terms(365))
        for number, label in LABELS.items():
            data.add(consent, loud(number), NewSample(label, alone=True))
        revision = data.revision()
    notebook.live.api("POST", f"{project}/versions", json={"revision": revision})
    newest = notebook.rune().get_data()
    assert newest.labels == ("glass", "knock")
    assert sorted(labels_of(newest)) == ["glass", "knock", "knock"]

    sample = notebook.live.api("GET", f"{project}/samples")["results"][0]
    notebook.live.api("DELETE", f"{project}/samples/{sample['number']}")
    revision = notebook.live.api("GET", project)["revision"]
    notebook.live.api("POST", f"{project}/versions", json={"revision": revision})
    assert len(labels_of(notebook.rune().get_data())) == 2
    assert len(labels_of(notebook.rune().get_data(1))) == 2, "no version has what somebody deleted"


def test_members_are_asked_for_a_review(notebook: Notebook) -> None:
    with joined(notebook.live, notebook.organisation, "Jo Okafor", "jo.okafor@example.org", "reviewer"):
        project = notebook.rune()
        with pytest.raises(hmr.HmrError) as early:
            project.review("jo.okafor@example.org")
        assert early.value.name == "build-failed"
        build = project.build()
        with pytest.raises(hmr.HmrError, match=r"has no member nobody@example\.org") as unknown:
            project.review("nobody@example.org")
        assert unknown.value.name == "not-there"
        review = project.review("jo.okafor@example.org", title="The first one", message="Please look at the range.")
        row = notebook.live.api("GET", f"reviews/{review.id}")
        assert row["title"] == "The first one"
        assert str(row["number"]) == review.page.rpartition("/")[2]
        assert "Jo Okafor" in json.dumps(row)
        assert row["rounds"][0]["build"] == build.id
        assert notebook.live.http.get(review.page).status_code == 200


def test_a_token_without_the_scope_asks_nobody(notebook: Notebook) -> None:
    token = notebook.live.token("project:write", "build:run", "review:write")
    project = hmr.Rune(notebook.organisation, notebook.name, server=notebook.live.address, token=token)
    project.build()
    with pytest.raises(hmr.HmrError) as error:
        project.review("jo.okafor@example.org")
    assert error.value.name == "token-needed"

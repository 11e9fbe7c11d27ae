"""Projects with a model of keywords on a server, and the steps of skills that are the same in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.conftest import REPOSITORY
from tests.support.agents.keyword_sounds import words
from tests.support.agents.skill_run import SkillRun
from tests.support.servers.live_server import LiveServer

TEMPLATE: Final = REPOSITORY / "examples" / "keywords"
SCOPES: Final = ("project:read", "project:draft", "build:run", "review:write")
PURPOSES: Final = "tests,assistants"
FOLDER_ONLY: Final = frozenset({"find_templates", "start_project", "evaluate_build"})
"""Tools that skills name for a folder, where a server has others."""


def keyword_project(live: LiveServer, name: str, files: Mapping[str, bytes]) -> str:
    """Makes a project with these files, the model of the template of keywords, and test samples that assistants may
    read; returns its name."""
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": name})
    project = f"{organisation}/{name}"
    for path, data in {"keywords.tflite": template_file("keywords.tflite"), **files}.items():
        live.api("PUT", f"projects/{project}/files/{path}", content=data)
    agreement = {"days": 90, "purposes": PURPOSES}
    terms = live.api("GET", f"projects/{project}/samples/terms", params=agreement)["text"]
    for label, _, data in words():
        query = {**agreement, "label": label, "consent": terms}
        headers = {"Content-Type": "audio/wav"}
        live.api("POST", f"projects/{project}/samples", params=query, content=data, headers=headers)
    return project


def template_file(name: str) -> bytes:
    """Returns a file of the template of keywords."""
    return (TEMPLATE / name).read_bytes()


def token_for(live: LiveServer, project: str) -> str:
    """Makes a token with which an assistant acts in a project."""
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    body = {"name": "assistant", "scopes": list(SCOPES), "restriction": [key]}
    return str(live.api("POST", "tokens", json=body)["token"])


async def ended_build(run: SkillRun, draft: int) -> dict[str, Any]:
    """Builds a draft and reads the build until it has ended and its packages are counted."""
    build = await run.call("build_draft", draft=draft)
    while build["state"] in ("queued", "running") or "waiting" in {each["state"] for each in build["packages"]}:
        build = await run.call("read_build", build=build["build"], wait_seconds=50)
    assert build["state"] == "succeeded", build
    return dict(build)


def offered_request(live: LiveServer, project: str, number: int) -> dict[str, Any]:
    """Returns a change request as people read it over the API."""
    rows = live.api("GET", f"projects/{project}/change-requests")["results"]
    (row,) = [each for each in rows if each["number"] == number]
    return dict(row)

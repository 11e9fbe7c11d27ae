"""A running program with its first person signed in over HTTP: what tests with stock clients and the API start from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from tests.support.patience import PATIENCE
from tests.support.servers.live_forge import REPOSITORY, LiveForge

__all__ = ["REPOSITORY", "LiveServer"]


class LiveServer(LiveForge):
    """One installation. Entering it starts it and signs in, leaving it ends it."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(data, environment)
        self.http = httpx.Client(base_url=self.address, timeout=PATIENCE, trust_env=False)

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.sign_in()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        super().__exit__()

    def sign_in(self, link: str = "") -> None:
        """Uses a link, or the one that the first start printed, as the page's script does."""
        _, token = (link or self.printed_link()).split("#token=")
        self.http.get("/sign-in")
        answer = self.http.post(
            "/sign-in", data={"token": token, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        )
        assert answer.status_code == 302, answer.text

    def delete_project(self, project: str) -> None:
        """Deletes a project in the state that it has."""
        state = self.http.get(f"/api/v1/projects/{project}").raise_for_status().headers["ETag"]
        self.api("DELETE", f"projects/{project}", headers={"If-Match": state})

    def api(self, method: str, path: str, headers: Mapping[str, str] | None = None, **arguments: Any) -> Any:
        """A call of the API in the person's session; answers its JSON. Writing a file, or changing a project, is sent
        as by somebody who has just read it."""
        all_headers = {"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": self.address, **(headers or {})}
        if "/files/" in path or method == "PATCH":
            read = self.http.head(f"/api/v1/{path}").headers if method in ("PUT", "PATCH", "DELETE") else {}
            all_headers = ({"If-Match": read["ETag"]} if "ETag" in read else {}) | all_headers
        answer = self.http.request(method, f"/api/v1/{path}", headers=all_headers, **arguments)
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def publish(self, project: str, build: str, tag: str) -> Any:
        """Publishes a build as it is now; answers the tag."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": self.address}
        state = self.http.get(f"/api/v1/builds/{build}/gate").raise_for_status().headers["ETag"]
        answer = self.http.post(
            f"/api/v1/projects/{project}/tags",
            headers=headers | {"If-Match": state},
            json={"build": build, "tag": tag},
        )
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json()

    def organisation(self) -> str:
        """The first person's organisation."""
        match = re.search(r'href="/([a-z0-9-]+)"', self.http.get("/").text)
        assert match
        return match[1]

    def token(self, *scopes: str) -> str:
        """A new token of the person."""
        reply = self.api("POST", "tokens", json={"name": "test", "scopes": list(scopes) or ["registry"]})
        secret: str = reply["token"] if "token" in reply else reply["secret"]
        return secret

    def build(self, project: str) -> Any:
        """Presses Build and waits for the end."""
        build = self.api("POST", f"projects/{project}/builds")
        return self.until(lambda: _ended(self.api("GET", f"builds/{build['id']}")), PATIENCE)


def _ended(build: Any) -> Any:
    return build if build["state"] not in ("queued", "running") else None

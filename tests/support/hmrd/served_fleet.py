"""A fleet on a real server: an organisation whose devices run the versions of a project."""

from __future__ import annotations

import re
from typing import Any

from tests.support.servers.live_server import LiveServer


class Fleet:
    """An organisation with a project whose versions devices run."""

    def __init__(self, live: LiveServer, template: str = "sine") -> None:
        self.live, self.organisation = live, live.organisation()
        self.project = f"{self.organisation}/{template}"
        live.api("POST", "projects", json={"organisation": self.organisation, "name": template, "template": template})
        self.publish("1.0")
        name = {"title": "Gateways", "kind": "devices", "tag": "1.0"}
        live.api("POST", f"projects/{self.project}/deployments", json=name)
        self.api("POST", "device-groups", {"title": "Berlin", "query": "site=berlin"})

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Asks the API below the organisation."""
        return self.live.api(method, f"organisations/{self.organisation}/{path}", json=body or {}, headers=headers)

    @property
    def deployment(self) -> Any:
        """The deployment, as the API shows it."""
        return self.live.api("GET", f"projects/{self.project}/deployments/gateways")

    def act(self, method: str, path: str, body: Any = None, name: str = "gateways") -> Any:
        """Acts on a deployment in the state that it has, and returns the answer."""
        address = f"projects/{self.project}/deployments/{name}"
        state = self.live.http.get(f"/api/v1/{address}").raise_for_status().headers["ETag"]
        return self.live.api(method, f"{address}/{path}", json=body or {}, headers={"If-Match": state})

    def publish(self, version: str, change: str = "") -> bytes:
        """Builds and publishes a version whose rune answers another number. Returns the rune."""
        if change:
            path = f"projects/{self.project}/files/Runefile.yml"
            text = self.live.http.get(f"/api/v1/{path}").raise_for_status().text
            self.live.api("PUT", path, content=re.sub(r"offset: [-.0-9]+", f"offset: {change}", text).encode())
        build = self.live.build(self.project)
        assert build["state"] == "succeeded", build
        self.live.publish(self.project, build["id"], version)
        return self.live.http.get(build["rune_url"]).raise_for_status().content

    def code(self, site: str = "berlin", trust: str = "server") -> Any:
        """Makes a code for a device of a site."""
        return self.api("POST", "device-codes", {"labels": {"site": site}, "trust": trust})

    def device(self, name: str) -> Any:
        """Returns a device, as the API shows it."""
        return self.api("GET", f"devices/{name}")

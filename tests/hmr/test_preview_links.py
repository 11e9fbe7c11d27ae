"""Each preview of a notebook makes a link, of which the oldest end before the deployment has no room for more."""

from __future__ import annotations

from typing import Any

import pytest

from hmr.deployments import MOST_LINKS, deploy


class PreviewServer:
    """A project with a deployment, in memory."""

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.names = {"organisation": "acme", "name": "waves"}
        self.page = "https://forge.example/acme/waves"
        self.keys = keys
        self.row = {
            "name": "preview",
            "title": "Preview",
            "url": "https://forge.example/d/preview",
            "signed_release": None,
            "history": [{"version": "preview"}],
            "keys": keys,
        }

    def state(self, _: Any) -> str:
        return "state"

    def ask(self, request: Any) -> Any:
        if request.method == "DELETE":
            self.keys[:] = [key for key in self.keys if not request.path.endswith(f"/keys/{key['id']}")]
            return None
        if request.method == "POST":
            return {"secret": "key"}
        return self.row if request.method == "PUT" else {"results": [self.row], "next": None}


def key(number: int, **changes: Any) -> dict[str, Any]:
    row = {"id": str(number), "name": "hmr", "created": f"2026-01-01T00:00:{number:02}Z"}
    return {**row, "expires": "2026-01-08T00:00:00Z", "revoked": None, **changes}


@pytest.mark.parametrize("count", [0, MOST_LINKS - 1, MOST_LINKS + 5])
def test_the_oldest_links_of_previews_end(count: int) -> None:
    others = [key(70, name="shop"), key(71, expires=None)]
    server: Any = PreviewServer([*others, *(key(number) for number in range(count))])
    deploy(server, "preview", "Preview", "web", (), 7)
    left = [each["id"] for each in server.keys]
    assert left == ["70", "71", *(str(number) for number in range(max(0, count - MOST_LINKS + 1), count))]

"""A client of the registry's protocol, over Django's test client: the requests that stock clients send."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.http import StreamingHttpResponse
from django.test import Client

from forge.accounts.actions import create_token
from forge.registry.distribution.artifacts.models import RegistryRules
from rune.oci import INDEX_TYPE, MANIFEST_TYPE

EMPTY = b"{}"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
ANY_TYPE = "application/vnd.example.note"


def sha(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def credentials(user: Any, *scopes: str) -> dict[str, str]:
    """Basic credentials as a stock client sends them."""
    _, secret = create_token(user, "test", list(scopes) or ["registry:push"], None)
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{secret}".encode()).decode()}


def take_all(organisation: Any, *, versions_move: bool = False) -> None:
    """Lets the organisation's registry take every artifact."""
    values = {"takes_all": True, "versions_move": versions_move}
    RegistryRules.objects.update_or_create(organisation=organisation, defaults=values)


def descriptor(content: bytes, media_type: str, algorithm: str = "sha256", **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha(content, algorithm), "size": len(content), **more}


def image(*layers: bytes, config: bytes = EMPTY, config_type: str = ANY_TYPE, **more: Any) -> bytes:
    """A manifest of these layers."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": descriptor(config, config_type),
            "layers": [descriptor(layer, "application/octet-stream") for layer in layers],
            **more,
        }
    ).encode()


def index(*manifests: bytes, **more: Any) -> bytes:
    descriptors = [descriptor(each, json.loads(each)["mediaType"]) for each in manifests]
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": descriptors, **more}).encode()


def body(response: Any) -> bytes:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(cast(Iterable[bytes], response.streaming_content))
    content: bytes = response.content
    return content


def code(response: Any) -> tuple[int, str]:
    """The status of a refusal, and its code in the protocol."""
    return response.status_code, json.loads(response.content)["errors"][0]["code"]


class RegistryClient:
    """Somebody's client of one repository."""

    def __init__(self, headers: Mapping[str, str], repository: str = "acme/kitchen") -> None:
        self.headers = dict(headers)
        self.repository = repository

    def send(self, method: str, path: str, data: bytes = b"", **headers: str) -> Any:
        """`path` is below the repository, or a whole address as `Location` has it."""
        address = path if path.startswith("/") else f"/v2/{self.repository}/{path}"
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = fields.pop("Content-Type", "application/octet-stream")
        return Client().generic(method, address, data, content_type, headers=self.headers | fields)

    def begin(self, **query: str) -> Any:
        return self.send("POST", f"blobs/uploads/{'?' if query else ''}{urlencode(query)}")

    def push_blob(self, data: bytes, digest: str = "") -> Any:
        """Pushes a blob in one part, after the upload was begun."""
        location = self.begin()["Location"]
        return self.send("PUT", f"{location}?{urlencode({'digest': digest or sha(data)})}", data)

    def push_tags(self, data: bytes, *tags: str) -> Any:
        """A manifest under several tags at once."""
        path = f"manifests/{sha(data)}?{urlencode([('tag', each) for each in tags])}"
        return self.send("PUT", path, data, Content_Type=json.loads(data)["mediaType"])

    def push_manifest(self, data: bytes, reference: str = "", content_type: str = "") -> Any:
        media_type = content_type or json.loads(data).get("mediaType", MANIFEST_TYPE)
        return self.send("PUT", f"manifests/{reference or sha(data)}", data, Content_Type=media_type)

    def push_image(self, reference: str = "", *layers: bytes, **more: Any) -> bytes:
        """Pushes blobs and their manifest, which must be taken. Returns the manifest."""
        manifest = image(*layers, **more)
        for each in (EMPTY, *layers):
            assert self.push_blob(each).status_code == 201
        response = self.push_manifest(manifest, reference)
        assert response.status_code == 201, response.content
        return manifest

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, b"", **headers)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def tags(self) -> list[str]:
        return cast(list[str], json.loads(self.get("tags/list").content)["tags"])

    def referrers(self, digest: str, query: str = "") -> list[dict[str, Any]]:
        response = self.get(f"referrers/{digest}{query}")
        assert (response.status_code, response["Content-Type"]) == (200, INDEX_TYPE)
        return cast(list[dict[str, Any]], json.loads(response.content)["manifests"])


def token_of(user: Any, *scopes: str) -> dict[str, str]:
    """Basic credentials as a stock client sends them."""
    _, secret = create_token(user, "test", list(scopes) or ["registry"], None)
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{secret}".encode()).decode()}


def get(path: str, headers: dict[str, str] | None = None, method: str = "GET", client: Client | None = None) -> Any:
    return (client or Client()).generic(method, f"/v2/{path}", headers=headers or {})

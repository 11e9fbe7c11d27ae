"""The addresses of the registry: runes, blocks, mirrors and keys."""

from __future__ import annotations

from django.utils import timezone

from forge.accounts.models import User
from forge.projects.models import Project
from forge.registry.models import StandingEntry, StandingTable
from tests.support.forge.addresses.table import (
    EDIT,
    MANAGED,
    NONE,
    ORGANISATION,
    PAGE,
    PAGE_EDIT,
    PROJECT,
    PROJECT_PAGE,
    PROJECT_ROUTE,
    READ,
    Case,
    Request,
)

_REGISTRY = "api/v1/organisations/<str:organisation>/registry"
_SIGNING = "api/v1/organisations/<str:organisation>/signing-keys"
_UPDATES = "api/v1/organisations/<str:organisation>/update-keys"

CASES: list[Case] = [
    ("get", f"{PROJECT_ROUTE}/mirrors", f"{PROJECT}/mirrors", None, MANAGED),
    (
        "get",
        f"{PROJECT_ROUTE}/mirrors/<str:direction>",
        f"{PROJECT}/mirrors/from",
        None,
        (404, 404, 403, 403, 403, 404, 401),
    ),
    ("get", f"{PROJECT_ROUTE}/registry/trash", f"{PROJECT}/registry/trash", None, EDIT),
    ("get", "standings", "standings", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "api/v1/standings", "api/v1/standings", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", f"{PROJECT_ROUTE}/blocks", f"{PROJECT}/blocks", None, READ),
    ("get", f"{PROJECT_ROUTE}/blocks/usable", f"{PROJECT}/blocks/usable", None, READ),
    ("get", f"{PROJECT_ROUTE}/blocks/<str:block>/<str:version>", f"{PROJECT}/blocks/smooth/1.0", None, NONE),
    # The rights to see an organisation: none, where it is another's.
    ("get", "api/v1/organisations/<str:organisation>/blocks", f"{ORGANISATION}/blocks", None, READ),
    ("get", "<str:organisation>/-/blocks", "acme/-/blocks?q=a", None, PAGE),
    (
        "get",
        "<str:organisation>/<str:name>/blocks/<str:block>",
        "acme/kitchen/blocks/smooth",
        None,
        (404, 404, 404, 404, 404, 404, 302),
    ),
    ("get", f"{PROJECT_ROUTE}/dependants", f"{PROJECT}/dependants", None, READ),
    ("get", "<str:organisation>/<str:name>/published/dependants", "acme/kitchen/published/dependants", None, PAGE),
    (
        "get",
        "<str:organisation>/<str:name>/published/mirrors",
        "acme/kitchen/published/mirrors",
        None,
        (200, 200, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/published/mirrors",
        "acme/kitchen/published/mirrors",
        {"do": "copy"},
        (404, 404, 403, 403, 403, 404, 302),
    ),
    ("get", "<str:organisation>/<str:name>/published/trash", "acme/kitchen/published/trash", None, PAGE_EDIT),
    (
        "form",
        "<str:organisation>/<str:name>/published/trash",
        "acme/kitchen/published/trash",
        {"digest": "sha256:0"},
        (404, 404, 404, 403, 403, 404, 302),
    ),
]
REQUESTS: list[Request] = [
    ("get", "standings/<str:address>", "STANDING", None),
    ("get", "api/v1/standings/<str:address>", "STANDING_JSON", None),
    ("get", _REGISTRY, "api/v1/organisations/acme/registry", None),
    ("put", _REGISTRY, "api/v1/organisations/acme/registry", {"takes_all": True, "versions_move": False}),
    ("get", "<str:organisation>/-/settings/registry", "acme/-/settings/registry", None),
    ("form", "<str:organisation>/-/settings/registry", "acme/-/settings/registry", {"takes_all": "1"}),
    ("get", _SIGNING, "api/v1/organisations/acme/signing-keys", None),
    ("post", _SIGNING, "api/v1/organisations/acme/signing-keys", {"algorithm": "ed25519"}),
    (
        "put",
        f"{_SIGNING}/<uuid:key>/revocation",
        "api/v1/organisations/acme/signing-keys/{signing-key}/revocation",
        {"reason": "The laptop was stolen."},
    ),
    ("get", "<str:organisation>/-/settings/signing", "acme/-/settings/signing", None),
    ("form", "<str:organisation>/-/settings/signing", "acme/-/settings/signing", {"do": "create"}),
    ("get", f"{PROJECT_ROUTE}/signing-keys", "api/v1/projects/acme/kitchen/signing-keys", None),
    ("get", f"{PROJECT_ROUTE}/tags", "api/v1/projects/acme/kitchen/tags", None),
    ("post", f"{PROJECT_ROUTE}/tags", "api/v1/projects/acme/kitchen/tags", {"build": "{build}", "tag": "9.0"}),
    (
        "post",
        f"{PROJECT_ROUTE}/tags/override",
        "api/v1/projects/acme/kitchen/tags/override",
        {"build": "{build}", "tag": "9.2", "reason": "The fair opens in an hour."},
    ),
    ("get", f"{PROJECT_ROUTE}/tags/<str:tag>/examples", "api/v1/projects/acme/kitchen/tags/0.0/examples", None),
    (
        "get",
        f"{PROJECT_ROUTE}/tags/<str:tag>/examples/<path:path>",
        "api/v1/projects/acme/kitchen/tags/0.0/examples/a.wav",
        None,
    ),
    ("get", f"{PROJECT_ROUTE}/tags/<str:tag>/rune", "api/v1/projects/acme/kitchen/tags/0.0/rune", None),
    ("get", f"{PROJECT_ROUTE}/mirrors/<str:direction>", "api/v1/projects/acme/kitchen/mirrors/to", None),
    ("get", "<str:organisation>/<str:name>/badge.svg", "acme/kitchen/badge.svg", None),
    ("get", f"{PROJECT_ROUTE}/tags/<str:tag>/rebuild", "api/v1/projects/acme/kitchen/tags/0.0/rebuild", None),
    (
        "get",
        f"{PROJECT_ROUTE}/tags/<str:tag>/packages/<str:target>",
        "api/v1/projects/acme/kitchen/tags/0.0/packages/cortex-m4",
        None,
    ),
    ("get", f"{PROJECT_ROUTE}/tags/<str:tag>", "api/v1/projects/acme/kitchen/tags/0.0", None),
    (
        "get",
        f"{PROJECT_ROUTE}/blocks/<str:block>/<str:version>/withdrawal",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/withdrawal",
        None,
    ),
    ("get", "<str:organisation>/<str:name>/picture.png", "acme/kitchen/picture.png", None),
    ("get", "v2", "v2", None),
    ("get", "v2/", "v2/", None),
    ("get", "v2/<path:rest>", "v2/acme/kitchen/tags/list", None),
    ("get", f"{PROJECT_PAGE}/published", "acme/kitchen/published", None),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""


def standing_addresses(person: User, project: Project, size: int) -> dict[str, str]:
    """Adds standing tables with versions of a project; gives what the addresses name by id."""
    for number in range(size):
        values = {"title": f"Task {number}", "labels": {"yes": 2, "no": 2}, "author": person, "created": timezone.now()}
        table = StandingTable.objects.create(address=f"{number:032x}", samples=f"sha256:{number:064x}", **values)
        for each in range(size):
            counts = {"size": 100, "memory": 10, "right": 1, "sample_count": 4}
            rune, version = f"sha256:{each:064x}", f"0.{each}"
            StandingEntry.objects.create(
                table=table, project=project, version=version, rune=rune, joined=timezone.now(), **counts
            )
    return {"STANDING": table.get_absolute_url()[1:], "STANDING_JSON": f"api/v1{table.get_absolute_url()}"}

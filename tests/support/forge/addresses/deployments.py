"""The addresses of a project's deployments, and what they stand for."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.models import User
from forge.deployments.actions import create_key, serve_tag
from forge.projects.models import Project
from tests.support.forge.addresses.table import NONE, NONE_PAGE, PAGE, READ, SENT, Case
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed, published
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune

_ALL = "api/v1/projects/acme/kitchen/deployments"
_ONE = f"{_ALL}/website"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/deployments"
_PAGE = "<str:organisation>/<str:name>/deployments"
_ONE_ROLLOUT = f"{_PAGE}/<str:deployment>/rollouts/<int:rollout>"
_UPDATES = "api/v1/organisations/<str:organisation>/update-keys"
_PUBLIC_ROUTE = "<str:organisation>/<str:name>/<str:deployment>"
_PREVIEW = "d/<str:organisation>/<str:name>/change-requests/<int:number>"

CASES: list[Case] = [
    ("get", _ROUTE, _ALL, None, READ),
    ("get", f"{_ROUTE}/<str:deployment>", _ONE, None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry", f"{_ONE}/telemetry", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/totals", f"{_ONE}/telemetry/totals", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/pages", f"{_ONE}/telemetry/pages", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/requests", f"{_ONE}/telemetry/requests", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/alerts", f"{_ONE}/telemetry/alerts", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/totals.csv", f"{_ONE}/telemetry/totals.csv", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/telemetry/totals.parquet", f"{_ONE}/telemetry/totals.parquet", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/rollouts", f"{_ONE}/rollouts", None, READ),
    ("get", f"{_ROUTE}/<str:deployment>/rollouts/<int:rollout>", f"{_ONE}/rollouts/1", None, NONE),
    ("get", f"{_ROUTE}/<str:deployment>/promotion", f"{_ALL}/production/promotion", None, READ),
    (
        "put",
        f"{_ROUTE}/<str:deployment>/image",
        f"{_ONE}/image?release=1&name=kitchen.swu",
        b"an image",
        (409, 409, 409, 403, 403, 404, 401),
    ),
    # Apps are known by keys, and people by nothing.
    ("get", f"d/{_PUBLIC_ROUTE}", "d/acme/kitchen/website", None, (401,) * 7),
    ("get", f"d/{_PUBLIC_ROUTE}/telemetry", "d/acme/kitchen/website/telemetry", None, (401,) * 7),
    *(
        (
            method,
            f"d/{_PUBLIC_ROUTE}/<uuid:key>/telemetry",
            f"d/acme/kitchen/website/{UUID(int=0)}/telemetry",
            None,
            (403,) * 7,
        )
        for method in ("get", "post")
    ),
    *(
        (
            method,
            f"d/{_PUBLIC_ROUTE}/<uuid:key>/samples",
            f"d/acme/kitchen/website/{UUID(int=0)}/samples",
            None,
            (403,) * 7,
        )
        for method in ("get", "post")
    ),
    ("post", "d/samples/take-back", "d/samples/take-back", None, (400,) * 7),
    ("get", f"d/{_PUBLIC_ROUTE}/<str:rune>", f"d/acme/kitchen/website/sha256:{'0' * 64}", None, (401,) * 7),
    (
        "get",
        f"d/{_PUBLIC_ROUTE}/<str:rune>/signatures",
        f"d/acme/kitchen/website/sha256:{'0' * 64}/signatures",
        None,
        (401,) * 7,
    ),
    *(
        (
            *("get", f"d/{_PUBLIC_ROUTE}/<uuid:key>/<str:rune>{path}"),
            *(f"d/acme/kitchen/website/{UUID(int=0)}/sha256:{'0' * 64}{path}", None, (403,) * 7),
        )
        for path in ("", "/signatures")
    ),
    *(
        row
        for route, path in (("<str:path>", "timestamp.json"), ("targets/<path:file>", "targets/acme/kitchen/website"))
        for row in (
            ("get", f"d/{_PUBLIC_ROUTE}/tuf/{route}", f"d/acme/kitchen/website/tuf/{path}", None, (401,) * 7),
            (
                *("get", f"d/{_PUBLIC_ROUTE}/<uuid:key>/tuf/{route}"),
                *(f"d/acme/kitchen/website/{UUID(int=0)}/tuf/{path}", None, (403,) * 7),
            ),
        )
    ),
    # The same page for every name.
    ("get", f"d/{_PUBLIC_ROUTE}/try", "d/acme/kitchen/website/try", None, (200,) * 7),
    # Previews are known by the keys of their links alone.
    ("get", _PREVIEW, "d/acme/kitchen/change-requests/1", None, (401,) * 7),
    (
        *("get", f"{_PREVIEW}/<uuid:link>/<str:rune>"),
        *(f"d/acme/kitchen/change-requests/1/{UUID(int=0)}/sha256:{'0' * 64}", None, (403,) * 7),
    ),
    ("get", f"{_PREVIEW}/try", "d/acme/kitchen/change-requests/1/try", None, (200,) * 7),
    ("get", "d/rune-player", "d/rune-player", None, (200,) * 7),
    ("get", "d/rune-player/<str:digest>.js", f"d/rune-player/{'0' * 64}.js", None, (404,) * 7),
    ("get", "forge/deployment", "forge/deployment", None, (401,) * 7),
    ("post", "forge/kms", "forge/kms", None, (401,) * 7),
    ("post", "forge/telemetry", "forge/telemetry", None, (200,) * 7),
    ("get", _UPDATES, "api/v1/organisations/acme/update-keys", None, READ),
    (
        "put",
        f"{_UPDATES}/replacement",
        "api/v1/organisations/acme/update-keys/replacement",
        {"reason": "The laptop was stolen."},
        (200, 403, 403, 403, 403, 404, 401),
    ),
    ("get", _PAGE, "acme/kitchen/deployments", None, PAGE),
    (
        "form",
        _PAGE,
        "acme/kitchen/deployments",
        {"title": "Boards", "kind": "devices", "choice": "fixed stable"},
        # The answer has the first key, which no other page shows.
        (200, 200, 200, 403, 403, 404, 302),
    ),
    ("get", f"{_PAGE}/<str:deployment>", "acme/kitchen/deployments/website", None, PAGE),
    ("get", f"{_PAGE}/<str:deployment>/watch", "acme/kitchen/deployments/website/watch", None, PAGE),
    ("get", f"{_PAGE}/<str:deployment>/rollouts", "acme/kitchen/deployments/website/rollouts", None, PAGE),
    # It follows a tag for websites, so there is no group, and no rollout.
    (
        "form",
        f"{_PAGE}/<str:deployment>/rollouts",
        "acme/kitchen/deployments/website/rollouts",
        {"tag": "stable"},
        (409, 409, 409, 403, 403, 404, 302),
    ),
    ("get", f"{_ONE_ROLLOUT}", "acme/kitchen/deployments/website/rollouts/1", None, NONE_PAGE),
    # Nothing is signed yet, which those who read the project learn.
    (
        "get",
        f"{_PAGE}/<str:deployment>/root.json",
        "acme/kitchen/deployments/website/root.json",
        None,
        (404, 404, 404, 404, 404, 404, 302),
    ),
    (
        "form",
        f"{_PAGE}/<str:deployment>/do",
        "acme/kitchen/deployments/website/do",
        {"do": "save", "title": "Site"},
        SENT,
    ),
]


def deployment_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Makes a deployment with two releases and keys, and others beside it; gives what the addresses name by id."""
    deployment = deployed(person, project)
    published(person, project, "beta", RUNE + b"beta")
    deployed(person, project, title="Production", promoted_from="website")
    serve_tag(person, deployment, "beta")
    keys = [create_key(person, deployment, f"key {number}")[0] for number in range(size)]
    for number in range(size - 1):
        deployed(person, project, title=f"Site {number}")
    alerts = [watch_alert(watched_rune(deployment), subject=str(number)).pk for number in range(size)]
    key, alert = f"{_ONE}/keys/{keys[0].pk}", f"{_ONE}/telemetry/alerts/{alerts[0]}"
    return {
        "DEPLOYMENT_KEY": key,
        "DEPLOYMENT_KEY/rotate": f"{key}/rotate",
        "WATCH_ALERT/owner": f"{alert}/owner",
        "WATCH_ALERT/snooze": f"{alert}/snooze",
        "WATCH_ALERT_PAGE": f"acme/kitchen/deployments/website/watch/{alerts[0]}",
    }

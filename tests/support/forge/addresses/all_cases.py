"""The rows of all apps."""

from __future__ import annotations

from tests.support.forge.addresses import (
    accounts,
    acts,
    agents,
    builds,
    change_requests,
    conversions,
    datasets,
    deployments,
    exposure,
    fleet,
    jobs,
    notices,
    organisations,
    pages,
    player,
    project_people,
    projects,
    recordings,
    registry,
    repositories,
    reviews,
    searches,
    training,
    webhooks,
)
from tests.support.forge.addresses.table import Case, Request

CASES: list[Case] = [
    *accounts.CASES,
    *agents.CASES,
    *builds.CASES,
    *jobs.CASES,
    *notices.CASES,
    *organisations.CASES,
    *pages.CASES,
    *player.CASES,
    *project_people.CASES,
    *projects.CASES,
    *recordings.CASES,
    *registry.CASES,
    *repositories.CASES,
    *webhooks.CASES,
    *conversions.CASES,
    *training.CASES,
    *searches.CASES,
    *datasets.CASES,
    *deployments.CASES,
    *exposure.CASES,
    *fleet.CASES,
    *acts.CASES,
]
ELSEWHERE = frozenset(
    {
        "api/",
        "api/<path:rest>",
        "frame/",
        "try",
        "player/frame",
        "player/embed-frame",
        "player/service-worker.js",
        "default/controller/v1/<path:rest>",
        "DEFAULT/controller/v1/<path:rest>",
    }
)
"""Addresses with tests of their own."""
REQUESTS: list[Request] = [
    *((method, route, address or route, body) for method, route, address, body, _ in CASES),
    *acts.REQUESTS,
    *builds.REQUESTS,
    *change_requests.REQUESTS,
    *pages.REQUESTS,
    *player.REQUESTS,
    *projects.REQUESTS,
    *recordings.REQUESTS,
    *registry.REQUESTS,
    *reviews.REQUESTS,
    *(("get", route, route, None) for route in sorted(ELSEWHERE)),
]
"""All requests whose queries are counted."""

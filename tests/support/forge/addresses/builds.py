"""The addresses of builds, their targets and previews."""

from __future__ import annotations

from tests.support.forge.addresses.table import PAGE, PROJECT_PAGE, PROJECT_ROUTE, SENT, Case, Request

CASES: list[Case] = [
    ("get", "<str:organisation>/<str:name>/devices", "acme/kitchen/devices", None, (301,) * 7),
    (
        "get",
        "<str:organisation>/<str:name>/builds/<int:number>/devices",
        "acme/kitchen/builds/9/devices",
        None,
        (301,) * 7,
    ),
    ("get", "<str:organisation>/<str:name>/bins", "acme/kitchen/bins", None, PAGE),
    ("get", "<str:organisation>/<str:name>/boards", "acme/kitchen/boards", None, PAGE),
    ("form", "<str:organisation>/<str:name>/boards", "acme/kitchen/boards", {"targets": ["c"]}, SENT),
    (
        "get",
        "<str:organisation>/<str:name>/builds/<int:number>/boards",
        "acme/kitchen/builds/9/boards",
        None,
        (404, 404, 404, 404, 404, 404, 302),
    ),
]
REQUESTS: list[Request] = [
    ("get", f"{PROJECT_ROUTE}/builds", "api/v1/projects/acme/kitchen/builds", None),
    ("post", f"{PROJECT_ROUTE}/builds", "api/v1/projects/acme/kitchen/builds", {}),
    ("get", f"{PROJECT_ROUTE}/targets", "api/v1/projects/acme/kitchen/targets", None),
    ("put", f"{PROJECT_ROUTE}/targets", "api/v1/projects/acme/kitchen/targets", {"targets": ["c", "cortex-m4"]}),
    ("get", f"{PROJECT_ROUTE}/preview", "api/v1/projects/acme/kitchen/preview", None),
    ("post", f"{PROJECT_ROUTE}/preview", "api/v1/projects/acme/kitchen/preview", {}),
    ("get", "api/v1/builds/<uuid:build_id>", "api/v1/builds/{build}", None),
    ("get", "api/v1/builds/<uuid:build_id>/log", "api/v1/builds/{build}/log", None),
    ("post", "api/v1/builds/<uuid:build_id>/cancel", "api/v1/builds/{build}/cancel", {}),
    ("post", "api/v1/builds/<uuid:build_id>/stages", "api/v1/builds/{build}/stages", {}),
    ("get", "api/v1/builds/<uuid:build_id>/rune", "api/v1/builds/{build}/rune", None),
    ("get", "api/v1/builds/<uuid:build_id>/packages/<str:target>", "api/v1/builds/{build}/packages/c", None),
    ("get", "api/v1/builds/<uuid:build_id>/firmware", "api/v1/builds/{build}/firmware", None),
    ("get", "api/v1/builds/<uuid:build_id>/firmware.uf2", "api/v1/builds/{build}/firmware.uf2", None),
    ("get", f"{PROJECT_PAGE}/builds", "acme/kitchen/builds", None),
    ("form", f"{PROJECT_PAGE}/builds", "acme/kitchen/builds", {}),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>", "acme/kitchen/builds/2", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/try", "acme/kitchen/builds/2/try", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/accuracy", "acme/kitchen/builds/2/accuracy", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/memory", "acme/kitchen/builds/2/memory", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/files", "acme/kitchen/builds/2/files", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/log", "acme/kitchen/builds/2/log", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/publish", "acme/kitchen/builds/2/publish", None),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/boards", "acme/kitchen/builds/2/boards", None),
    ("form", f"{PROJECT_PAGE}/boards", "acme/kitchen/boards", {"targets": ["c", "cortex-m4"]}),
    ("form", f"{PROJECT_PAGE}/builds/<int:number>/cancel", "acme/kitchen/builds/1/cancel", {}),
    ("form", f"{PROJECT_PAGE}/builds/<int:number>/publish", "acme/kitchen/builds/1/publish", {"tag": "9.0"}),
    (
        "form",
        f"{PROJECT_PAGE}/builds/<int:number>/publish-past-gate",
        "acme/kitchen/builds/2/publish-past-gate",
        {"tag": "9.1", "reason": "The fair opens in an hour."},
    ),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""

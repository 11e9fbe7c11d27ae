"""The addresses of linked repositories."""

from __future__ import annotations

from tests.support.forge.addresses.table import EDIT, NOT_THERE_TO_EDIT, PROJECT, PROJECT_ROUTE, Case

CASES: list[Case] = [
    ("get", f"{PROJECT_ROUTE}/repository/link", f"{PROJECT}/repository/link", None, NOT_THERE_TO_EDIT),
    (
        "put",
        f"{PROJECT_ROUTE}/repository/link",
        f"{PROJECT}/repository/link",
        {"url": "https://nowhere.example/a.git", "branch": "main"},
        (400, 400, 400, 403, 403, 404, 401),
    ),
    ("delete", f"{PROJECT_ROUTE}/repository/link", f"{PROJECT}/repository/link", None, NOT_THERE_TO_EDIT),
    ("get", f"{PROJECT_ROUTE}/repository/pulls", f"{PROJECT}/repository/pulls", None, EDIT),
    ("post", f"{PROJECT_ROUTE}/repository/pulls", f"{PROJECT}/repository/pulls", {}, NOT_THERE_TO_EDIT),
]

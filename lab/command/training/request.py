"""Reads the training settings from a request of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.source.policy.sections.training import Training


def requested_training(request: Mapping[str, Any]) -> Training:
    """Returns the settings. The request has the keys of `training` in a `forge.yml`; `backbone`, `teacher` and
    `start` are optional."""
    return Training(
        request["recipe"],
        request["data"],
        request["model"],
        request["form"],
        request["seed"],
        request["arguments"],
        request.get("backbone", ""),
        request.get("teacher", ""),
        request.get("start", ""),
    )

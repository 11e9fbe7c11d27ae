"""The settings of training in a request of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.source.policy.sections.training import Training


def requested_training(request: Mapping[str, Any]) -> Training:
    """The settings, as the section `training` of a `forge.yml` has them; `backbone` may be left out."""
    return Training(
        request["recipe"],
        request["data"],
        request["model"],
        request["form"],
        request["seed"],
        request["arguments"],
        request.get("backbone", ""),
    )

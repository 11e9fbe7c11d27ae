"""compose.yaml as Compose reads it: what each service is started with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from tests.conftest import REPOSITORY

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


@cache
def compose_file() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    return read


def service_environment(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a service, where these are those of the shell. Raises `KeyError` for one that must be given."""

    def value(match: re.Match[str]) -> str:
        if environment.get(match["name"]):
            return environment[match["name"]]
        if match["kind"] == "?":
            raise KeyError(match["name"])
        return match["rest"] or ""

    variables = compose_file()["services"][service]["environment"]
    return {name: _VARIABLE.sub(value, text) for name, text in variables.items()}

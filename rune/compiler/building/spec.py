"""What is built, as a value with a digest: which files, by which toolchain, for which target, with which options.

Two builds of one spec give the same bytes, so its digest names what comes of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from rune.compiler.anvil.aim import BALANCED, Aim
from rune.compiler.anvil.profile import LITERT, PROFILES, Profile
from rune.source.policy import BuildPreferences
from rune.source.runefile import HostResources
from rune.source.runefile.pipeline import Port

RUNE_TARGET = "wasm32"
"""The name of the target that a rune is made for where nobody says another."""


@dataclass(frozen=True)
class BuildOptions:
    """What changes the bytes beside the files: what `build` is told, by its names and with its defaults."""

    name: str
    runefile: str | None = None
    host_models: bool = False
    host_resources: HostResources | None = None
    watched: tuple[Port, ...] = ()
    timed: bool = False
    profile: Profile = LITERT
    optimize: Aim = BALANCED
    """Which variant of the target."""
    heeds_wishes: bool = False
    """Whether `optimize` is what the project's `forge.yml` says, where it says something. Its `match` always counts."""

    def to_json(self) -> dict[str, Any]:
        """What is usual is not named, so that a spec has the digest that it had before there was anything else."""
        host = self.host_resources or HostResources()
        matched = {} if self.profile is LITERT else {"match": self.profile.option}
        wishes = {"heeds_wishes": True} if self.heeds_wishes else {}
        optimized = {} if self.optimize == BALANCED else {"optimize": self.optimize}
        return {
            "name": self.name,
            "runefile": self.runefile,
            "host_models": self.host_models,
            "host_resources": {"every": host.every, "capacities": dict(host.capacities)},
            "watched": [{"stage": port.stage, "index": port.index} for port in self.watched],
            "timed": self.timed,
            **matched,
            **optimized,
            **wishes,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BuildOptions:
        """Back from JSON. Raises `ValueError` for a capacity that no resource may have."""
        host = value["host_resources"]
        return cls(
            name=value["name"],
            runefile=value["runefile"],
            host_models=value["host_models"],
            host_resources=HostResources(host["every"], host["capacities"]),
            watched=tuple(Port(wire["stage"], wire["index"]) for wire in value["watched"]),
            timed=value["timed"],
            profile=PROFILES[value.get("match", LITERT.option)],
            optimize=value.get("optimize", BALANCED),
            heeds_wishes=value.get("heeds_wishes", False),
        )

    def wished(self, wishes: BuildPreferences) -> BuildOptions:
        """As the project's `forge.yml` wants it."""
        profile = PROFILES[wishes.match] if wishes.match is not None else self.profile
        aim = cast("Aim", wishes.optimize) if self.heeds_wishes and wishes.optimize is not None else self.optimize
        return replace(self, profile=profile, optimize=aim)


@dataclass(frozen=True)
class BuildSpec:
    """One thing to build. `version` is the digest of the files, `toolchain` that of what compiles them
    (`rune.toolchain`), `target` the name of a target.
    """

    version: str
    toolchain: str
    target: str
    options: BuildOptions

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "toolchain": self.toolchain,
            "target": self.target,
            "options": self.options.to_json(),
        }

    @property
    def digest(self) -> str:
        """What names whatever is built to this spec."""
        return canonical_digest(self.to_json())


def canonical_digest(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys and no spaces, in UTF-8: equal values have equal digests."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8")).hexdigest()

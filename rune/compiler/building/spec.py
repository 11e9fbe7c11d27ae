"""The specification of a build, as a value with a digest: its files, toolchain, target and options.

Two builds of one specification give the same bytes, so its digest identifies the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rune.aim import BALANCED, RUNE_AIM, Aim
from rune.digests import digest_of
from rune.model.profile import LITERT, PROFILES, Profile
from rune.port import Port
from rune.source.runefile import HostResourceOptions

if TYPE_CHECKING:
    from rune.source.policy import BuildPreferences

RUNE_TARGET = "wasm32"
"""The name of the default target."""


@dataclass(frozen=True)
class SpecOptions:
    """The options that change the bytes, beside the files and the target, as stored: the fields of `SpecOptions`."""

    name: str
    runefile: str | None = None
    host_models: bool = False
    host_resources: HostResourceOptions | None = None
    watched: tuple[Port, ...] = ()
    timed: bool = False
    profile: Profile = LITERT
    optimize: Aim = RUNE_AIM
    """Says which variant of the target."""
    follows_forge_yml: bool = False
    """Whether `optimize` of the project's `forge.yml` replaces this one. Its `match` always does."""
    is_preview: bool = False
    """True if it is built for speed in such a way that an edit compiles little."""

    def to_json(self) -> dict[str, Any]:
        """The options as JSON. Defaults of newer options are left out, so that older specs keep their digests."""
        host = self.host_resources or HostResourceOptions()
        profile_entry = {} if self.profile is LITERT else {"match": self.profile.option}
        follows = {"heeds_wishes": True} if self.follows_forge_yml else {}
        preview = {"preview": True} if self.is_preview else {}
        return {
            "name": self.name,
            "runefile": self.runefile,
            "host_models": self.host_models,
            "host_resources": {"every": host.every, "capacities": dict(host.capacities)},
            "watched": [{"stage": port.stage, "index": port.index} for port in self.watched],
            "timed": self.timed,
            **profile_entry,
            "optimize": self.optimize,
            **preview,
            **follows,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SpecOptions:
        """Reads a specification from JSON. Raises `ValueError` for a capacity that no resource may have."""
        host = value["host_resources"]
        return cls(
            name=value["name"],
            runefile=value["runefile"],
            host_models=value["host_models"],
            host_resources=HostResourceOptions(host["every"], host["capacities"]),
            watched=tuple(Port(wire["stage"], wire["index"]) for wire in value["watched"]),
            timed=value["timed"],
            profile=PROFILES[value.get("match", LITERT.option)],
            optimize=value.get("optimize", BALANCED),  # earlier specs left that out
            follows_forge_yml=value.get("heeds_wishes", False),
            is_preview=value.get("preview", False),
        )

    def with_preferences(self, preferences: BuildPreferences) -> SpecOptions:
        """Returns these options with the build settings of the project's `forge.yml`."""
        profile, aim = self.profile, self.optimize
        if preferences.match is not None:
            profile = PROFILES[preferences.match]
        if self.follows_forge_yml and preferences.optimize is not None:
            aim = cast("Aim", preferences.optimize)
        return replace(self, profile=profile, optimize=aim)


@dataclass(frozen=True)
class BuildSpec:
    """One thing to build. `version` is the digest of the files, `toolchain` that of what compiles them
    (`rune.toolchain`), `target` the name of a target.
    """

    version: str
    toolchain: str
    target: str
    options: SpecOptions

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "toolchain": self.toolchain,
            "target": self.target,
            "options": self.options.to_json(),
        }

    @property
    def digest(self) -> str:
        """The digest that identifies the result of this spec."""
        return canonical_digest(self.to_json())


def canonical_digest(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys and no spaces, in UTF-8: equal values have equal digests."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest_of(canonical.encode("utf-8"))

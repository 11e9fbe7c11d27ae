"""Tells where a rune comes from, as the report of its build says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rune.digests import digest_of
from rune.model.profile import LITERT, PROFILES, Profile
from rune.source.runefile import HostResourceOptions
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import read_input_file
from rune.wording import plain

NO_DIGEST = "from a version without toolchain digests"
"""The toolchain of an old report without a digest: it is not this one."""


@dataclass(frozen=True)
class RuneOrigin:
    """Where a rune comes from: the digest of its toolchain, if known, the profile that it was built with, and what it
    asks its host for."""

    toolchain: str | None
    profile: Profile = LITERT
    host_resources: tuple[HostResourceOptions, ...] = ()


def origin_from_report(report: Path, rune: bytes) -> RuneOrigin:
    """The toolchain and profile in the report of the rune's build."""
    try:
        content = json.loads(read_input_file(report))
        content = content.get("report", content)
        digest, toolchain = content["rune"]["digest"], content.get("toolchain_digest", NO_DIGEST)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise CommandFailed(f'"{report}" is not the report of a build') from error
    if digest != digest_of(rune):
        raise CommandFailed(f'"{report}" is the report of another rune')
    profile_name = content.get("profile", LITERT.name)
    profile = next((each for each in PROFILES.values() if each.name == profile_name), None)
    if profile is None:
        raise CommandFailed(
            f'"{report}" names a profile that this version does not know: {plain(str(profile_name), 60)}'
        )
    return RuneOrigin(str(toolchain), profile, _host_resources(content.get("resources")))


def _host_resources(resources: object) -> tuple[HostResourceOptions, ...]:
    """The resources that a report names, with their capacities; none where the report is of another form."""
    try:
        capacities = {str(each["name"]): int(each["capacity"]) for each in resources}  # type: ignore[attr-defined]
        return (
            tuple(HostResourceOptions(every=every, capacities=capacities) for every in (False, True))
            if capacities
            else ()
        )
    except (KeyError, TypeError, ValueError):
        return ()

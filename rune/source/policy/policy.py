"""A policy, the content of a `forge.yml`, as frozen data with JSON. Two policies are equal when they mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NotRequired, TypedDict

from rune.source.policy.limits import LimitKind
from rune.source.policy.paths import path_matches

RUNTIMES: Final = ("litert", "tflm")
"""The reference runtimes whose results models may reproduce."""


class LimitJson(TypedDict):
    """A limit: bytes, milliseconds, a share from 0 to 1, a number an hour, or instructions. `label` is the one of a
    recall, or the target whose package is limited."""

    kind: str
    bound: float
    label: str | None


class ApprovalJson(TypedDict):
    """The number of these people who must approve; anyone who may, where no role and no person is named."""

    count: int
    groups: list[str]
    roles: list[str]
    people: list[str]
    teams: NotRequired[list[str]]


class OwnersJson(TypedDict):
    """The owners of the files that a pattern describes: one of them must approve a change of these. Nobody, where
    nobody is named."""

    paths: str
    owners: ApprovalJson | None


class RequiredCheckJson(TypedDict):
    """A check that must succeed, and its robot: the address of an account and the name of one of its tokens."""

    name: str
    account: str
    token: str


class BuildPreferencesJson(TypedDict):
    """The build settings of a `forge.yml` as JSON. What it leaves to the project's settings is null."""

    optimize: str | None
    optimize_packages: str | None
    match: str | None


class PolicyJson(TypedDict):
    """A policy as JSON. Approvals and tags that the file leaves out are null."""

    build: NotRequired[BuildPreferencesJson]
    owners: NotRequired[list[OwnersJson]]
    checks: NotRequired[list[RequiredCheckJson]]
    persons_to_go_on: NotRequired[int]

    limits: list[LimitJson]
    approvals: list[ApprovalJson] | None
    protected_tags: list[str] | None


@dataclass(frozen=True)
class Limit:
    """The most, or of a share the least, that is allowed.

    `bound` is in bytes, in milliseconds, a share from 0 to 1, a number an hour, or instructions of a run.
    """

    kind: LimitKind
    bound: float
    label: str | None = None

    def to_json(self) -> LimitJson:
        return {"kind": self.kind.value, "bound": self.bound, "label": self.label}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Limit:
        return Limit(LimitKind(fields["kind"]), fields["bound"], fields["label"])


@dataclass(frozen=True)
class ApprovalRule:
    """The number of people who must approve, and which: members with one of the roles, with one of the addresses of
    `people`, or in one of the organisation's `teams`.

    Where none is named, anyone who may give a verdict. `groups` are the names by which the file calls some of the
    people; `people` has those as well.
    """

    count: int = 1
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def is_of_anyone(self) -> bool:
        return not self.roles and not self.people and not self.teams

    def to_json(self) -> ApprovalJson:
        """The approval as JSON. `teams` is left out where it is empty, so that older policies keep their JSON."""
        fields: ApprovalJson = {
            "count": self.count,
            "groups": list(self.groups),
            "roles": list(self.roles),
            "people": list(self.people),
        }
        if self.teams:
            fields["teams"] = list(self.teams)
        return fields

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> ApprovalRule:
        return ApprovalRule(
            fields["count"],
            tuple(fields["groups"]),
            tuple(fields["roles"]),
            tuple(fields["people"]),
            tuple(fields.get("teams", ())),
        )


@dataclass(frozen=True)
class Owners:
    """The owners of the files that a pattern of paths describes (`rune.source.policy.paths`); None where nobody
    does."""

    paths: str
    owners: ApprovalRule | None

    def to_json(self) -> OwnersJson:
        return {"paths": self.paths, "owners": None if self.owners is None else self.owners.to_json()}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Owners:
        owners = fields["owners"]
        return Owners(fields["paths"], None if owners is None else ApprovalRule.from_json(owners))


@dataclass(frozen=True)
class RequiredCheck:
    """A check that must succeed, whose result only one robot posts: the token called `token` of an account."""

    name: str
    account: str
    token: str

    @property
    def robot(self) -> str:
        """The robot as the file names it."""
        return f"{self.account}/{self.token}"

    def to_json(self) -> RequiredCheckJson:
        return {"name": self.name, "account": self.account, "token": self.token}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> RequiredCheck:
        return RequiredCheck(fields["name"], fields["account"], fields["token"])


@dataclass(frozen=True)
class BuildPreferences:
    """The build settings of a `forge.yml`. None leaves a setting to the project."""

    optimize: str | None = None
    """The optimisation of the rune: one of `AIMS`."""
    optimize_packages: str | None = None
    match: str | None = None
    """The reference whose results models reproduce: one of `RUNTIMES`."""

    def to_json(self) -> BuildPreferencesJson:
        return {"optimize": self.optimize, "optimize_packages": self.optimize_packages, "match": self.match}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> BuildPreferences:
        return BuildPreferences(fields["optimize"], fields["optimize_packages"], fields["match"])


@dataclass(frozen=True)
class Policy:
    """The rules for publishing, and the build settings. None leaves approvals or tags to the default."""

    limits: tuple[Limit, ...] = ()
    approvals: tuple[ApprovalRule, ...] | None = None
    protected_tags: tuple[str, ...] | None = None
    build: BuildPreferences = BuildPreferences()
    owners: tuple[Owners, ...] = ()
    """In the order of the file: of the patterns that describe a path, the last one counts."""
    checks: tuple[RequiredCheck, ...] = ()
    persons_to_go_on: int = 1
    """The persons who must agree that a rollout goes on which a guard stopped."""

    def paths_by_owner(self, paths: Iterable[str]) -> dict[ApprovalRule, tuple[str, ...]]:
        """By whom they belong to, those of the paths that somebody owns."""
        paths_by_owners: dict[ApprovalRule, list[str]] = {}
        for path in paths:
            entry = next((each for each in reversed(self.owners) if path_matches(each.paths, path)), None)
            if entry is not None and entry.owners is not None:
                paths_by_owners.setdefault(entry.owners, []).append(path)
        return {owners: tuple(of_theirs) for owners, of_theirs in paths_by_owners.items()}

    def to_json(self) -> PolicyJson:
        """The policy as JSON. A part of later versions of this is left out where it is empty, so that older policies
        keep their JSON."""
        fields: PolicyJson = {
            "limits": [each.to_json() for each in self.limits],
            "approvals": None if self.approvals is None else [each.to_json() for each in self.approvals],
            "protected_tags": None if self.protected_tags is None else list(self.protected_tags),
        }
        if self.build != BuildPreferences():
            fields["build"] = self.build.to_json()
        if self.owners:
            fields["owners"] = [each.to_json() for each in self.owners]
        if self.checks:
            fields["checks"] = [each.to_json() for each in self.checks]
        if self.persons_to_go_on != 1:
            fields["persons_to_go_on"] = self.persons_to_go_on
        return fields

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Policy:
        approvals, tags = fields["approvals"], fields["protected_tags"]
        return Policy(
            tuple(Limit.from_json(each) for each in fields["limits"]),
            None if approvals is None else tuple(ApprovalRule.from_json(each) for each in approvals),
            None if tags is None else tuple(tags),
            BuildPreferences.from_json(fields["build"]) if "build" in fields else BuildPreferences(),
            tuple(Owners.from_json(each) for each in fields.get("owners", ())),
            tuple(RequiredCheck.from_json(each) for each in fields.get("checks", ())),
            fields.get("persons_to_go_on", 1),
        )

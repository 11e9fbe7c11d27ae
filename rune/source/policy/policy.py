"""What a `forge.yml` says, as frozen data: two of them are equal when they mean the same. As JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NotRequired, TypedDict

ROLES: Final = ("owner", "maintainer", "developer", "reviewer", "viewer")
"""The roles of an organisation's members that a policy can name."""

AIMS: Final = ("size", "balanced", "speed")
"""What runes and packages may be optimised for."""

RUNTIMES: Final = ("litert", "tflm")
"""Whose results models may give."""

FORMER_ROLES: Final = {"viewer": "reviewer"}
"""What a role was called that has another meaning now: viewers gave verdicts before there were reviewers."""


class LimitKind(StrEnum):
    """What is limited. The value is the key in the file."""

    SIZE = "size"
    MEMORY = "memory"
    INFERENCE_TIME = "inference-time"
    ACCURACY = "accuracy"
    RECALL = "recall"
    FALSE_ALARMS = "false-alarms-per-hour"
    FLASH = "flash"
    RAM = "ram"
    INSTRUCTIONS = "instructions"

    @property
    def is_least(self) -> bool:
        """Whether more is better: the limit is the least that is allowed."""
        return self in (LimitKind.ACCURACY, LimitKind.RECALL)

    @property
    def is_of_target(self) -> bool:
        """Whether it is of the package for one target, which the limit's label names."""
        return self in (LimitKind.FLASH, LimitKind.RAM, LimitKind.INSTRUCTIONS)


class LimitJson(TypedDict):
    """A limit: bytes, milliseconds, a share from 0 to 1, a number an hour, or instructions. `label` is the one of a
    recall, or the target whose package is limited."""

    kind: str
    bound: float
    label: str | None


class ApprovalJson(TypedDict):
    """That `count` of these people must approve; anyone who may, where no role and no person is named."""

    count: int
    groups: list[str]
    roles: list[str]
    people: list[str]


class WishesJson(TypedDict):
    """What builds are for, as a `forge.yml` says it. What it leaves to the project's choices is null."""

    optimize: str | None
    optimize_packages: str | None
    match: str | None


class PolicyJson(TypedDict):
    """What a `forge.yml` says. Of what it leaves out, approvals and tags are null."""

    build: NotRequired[WishesJson]

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
    def from_json(told: Mapping[str, Any]) -> Limit:
        return Limit(LimitKind(told["kind"]), told["bound"], told["label"])


@dataclass(frozen=True)
class Approval:
    """That `count` people must approve: members with one of the roles, or with one of the addresses of `people`.

    Where neither is named, anyone who may give a verdict. `groups` are the names by which the file calls some of the
    people; `people` has those as well.
    """

    count: int = 1
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def is_of_anyone(self) -> bool:
        return not self.roles and not self.people

    def to_json(self) -> ApprovalJson:
        return {
            "count": self.count,
            "groups": list(self.groups),
            "roles": list(self.roles),
            "people": list(self.people),
        }

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> Approval:
        return Approval(told["count"], tuple(told["groups"]), tuple(told["roles"]), tuple(told["people"]))


@dataclass(frozen=True)
class Wishes:
    """What builds are for. None is what the file leaves to the project's choices."""

    optimize: str | None = None
    """What the rune is optimised for: one of `AIMS`."""
    optimize_packages: str | None = None
    match: str | None = None
    """Whose results models give: one of `RUNTIMES`."""

    def to_json(self) -> WishesJson:
        return {"optimize": self.optimize, "optimize_packages": self.optimize_packages, "match": self.match}

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> Wishes:
        return Wishes(told["optimize"], told["optimize_packages"], told["match"])


@dataclass(frozen=True)
class Policy:
    """What a project demands of what it publishes, and what it builds for. None is what the file leaves to the
    default."""

    limits: tuple[Limit, ...] = ()
    approvals: tuple[Approval, ...] | None = None
    protected_tags: tuple[str, ...] | None = None
    build: Wishes = Wishes()

    def to_json(self) -> PolicyJson:
        """Wishes are named where there are any: a policy of before is told as it was."""
        told: PolicyJson = {
            "limits": [each.to_json() for each in self.limits],
            "approvals": None if self.approvals is None else [each.to_json() for each in self.approvals],
            "protected_tags": None if self.protected_tags is None else list(self.protected_tags),
        }
        if self.build != Wishes():
            told["build"] = self.build.to_json()
        return told

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> Policy:
        approvals, tags = told["approvals"], told["protected_tags"]
        return Policy(
            tuple(Limit.from_json(each) for each in told["limits"]),
            None if approvals is None else tuple(Approval.from_json(each) for each in approvals),
            None if tags is None else tuple(tags),
            Wishes.from_json(told["build"]) if "build" in told else Wishes(),
        )

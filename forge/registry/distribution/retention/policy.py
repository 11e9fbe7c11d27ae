"""Says which pushed artifacts an organisation's rules delete. Pure: it compares times, and reads no table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rune.source.policy.tags import protects
from rune.wording import counted

UNTAGGED: Final = "untagged"
"""The word for artifacts without a tag, in place of a pattern of tags."""


@dataclass(frozen=True)
class RetentionRule:
    """Deletes artifacts whose tags look like `tags`: `versions`, `untagged`, a tag, or one with `*`.

    All conditions that are set must hold, and one is set at least. Days and counts are 1 or more.
    """

    tags: str
    keep_last: int | None = None
    """How many stay in each repository, those that were set last."""
    unused_days: int | None = None
    """The days for which nobody has pulled it, nor set its tag."""
    older_days: int | None = None
    """The days for which its tag has been set to it."""


@dataclass(frozen=True)
class RetentionPolicy:
    """The rules of an organisation; the first one that a tag looks like counts. What looks like `keep` stays."""

    rules: tuple[RetentionRule, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Artifact:
    """An artifact of one repository, which no build and no block is. `tags` has the time at which each was set."""

    digest: str
    tags: Mapping[str, datetime]
    created: datetime
    pulled: datetime | None = None
    """The time when it was pulled last, or None if it never was."""
    is_needed: bool = False
    """Whether an index lists it, or it refers to something that is there."""

    @property
    def names(self) -> Mapping[str, datetime]:
        """The tags of the artifact, or the word for none."""
        return self.tags or {UNTAGGED: self.created}


@dataclass(frozen=True)
class ExpiredArtifact:
    """An artifact that a rule deletes, with the reason in words."""

    artifact: Artifact
    reason: str


def find_expired(artifacts: Sequence[Artifact], policy: RetentionPolicy, now: datetime) -> list[ExpiredArtifact]:
    """The artifacts of one repository that go, in their order.

    One goes if a rule deletes each of its tags, nothing needs it, and no tag of it is to be kept.
    """
    newest = _newest(artifacts, policy)
    results = []
    for artifact in artifacts:
        if artifact.is_needed or any(protects(policy.keep, tag) for tag in artifact.tags):
            continue
        reasons = [_reason(artifact, name, policy, newest, now) for name in artifact.names]
        if all(reasons):
            results.append(ExpiredArtifact(artifact, " ".join(dict.fromkeys(reasons))))
    return results


def _newest(artifacts: Iterable[Artifact], policy: RetentionPolicy) -> set[tuple[str, str]]:
    """The tags that rules keep since they were set last, each as digest and name."""
    tags_by_time = [(time, artifact.digest, name) for artifact in artifacts for name, time in artifact.names.items()]
    newest: set[tuple[str, str]] = set()
    for rule in policy.rules:
        mine = sorted((each for each in tags_by_time if _rule_of(each[2], policy) is rule), reverse=True)
        newest |= {(digest, name) for _, digest, name in mine[: rule.keep_last or 0]}
    return newest


def _rule_of(name: str, policy: RetentionPolicy) -> RetentionRule | None:
    for rule in policy.rules:
        if rule.tags == name or (UNTAGGED not in (rule.tags, name) and protects([rule.tags], name)):
            return rule
    return None


def _reason(artifact: Artifact, name: str, policy: RetentionPolicy, newest: set[tuple[str, str]], now: datetime) -> str:
    """Returns why a rule deletes a tag of an artifact, or "" if none does."""
    rule, time = _rule_of(name, policy), artifact.names[name]
    if rule is None or (artifact.digest, name) in newest:
        return ""
    last_use = max(time, artifact.pulled or time)
    if rule.older_days is not None and now - time < timedelta(days=rule.older_days):
        return ""
    if rule.unused_days is not None and now - last_use < timedelta(days=rule.unused_days):
        return ""
    return f"{rule.tags}: {conditions_text(rule)}."


def conditions_text(rule: RetentionRule) -> str:
    """The conditions of a rule in words."""
    conditions = []
    if rule.keep_last is not None:
        conditions.append(f"not among the last {rule.keep_last}")
    if rule.unused_days is not None:
        conditions.append(f"not pulled for {counted(rule.unused_days, 'day')}")
    if rule.older_days is not None:
        conditions.append(f"older than {counted(rule.older_days, 'day')}")
    return ", ".join(conditions)

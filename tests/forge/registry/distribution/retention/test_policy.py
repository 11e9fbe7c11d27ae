"""Says which artifacts retention rules delete: what must stay is tested first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forge.registry.distribution.retention.policy import Artifact, RetentionPolicy, RetentionRule, find_expired
from tests.support.cases import each_case

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def days(count: float) -> datetime:
    """A time so many days ago."""
    return NOW - timedelta(days=count)


def artifact(
    digest: str, *tags: str, age: float = 100, pull_age: float | None = None, needed: bool = False
) -> Artifact:
    when = None if pull_age is None else days(pull_age)
    return Artifact(digest, {tag: days(age) for tag in tags}, days(age), when, needed)


def expired_names(artifacts: list[Artifact], *rules: RetentionRule, keep: tuple[str, ...] = ()) -> list[str]:
    return [each.artifact.digest for each in find_expired(artifacts, RetentionPolicy(rules, keep), NOW)]


OLD = RetentionRule("nightly-*", older_days=30)


@pytest.mark.protects("registry/retention")
@each_case(
    "candidate",
    [
        artifact("needed", "nightly-1", needed=True),
        artifact("pinned", "nightly-1", "release"),
        artifact("another tag", "weekly-1"),
        artifact("no tag"),
        artifact("young", "nightly-1", age=29.9),
    ],
    ids=lambda each: each.digest,
)
def test_what_no_rule_may_delete_stays(candidate: Artifact) -> None:
    assert expired_names([candidate], OLD, RetentionRule("release", older_days=1), keep=("release",)) == []
    assert expired_names([candidate]) == []


def test_an_old_artifact_goes_with_its_reason() -> None:
    old = artifact("old", "nightly-1")
    (result,) = find_expired([old], RetentionPolicy((OLD,)), NOW)
    assert (result.artifact, result.reason) == (old, "nightly-*: older than 30 days.")


def test_an_artifact_stays_while_one_of_its_tags_does() -> None:
    both = artifact("both", "nightly-1", "stable")
    assert expired_names([both], OLD) == []
    assert expired_names([both], OLD, RetentionRule("stable", older_days=30)) == ["both"]


def test_the_last_ones_of_a_pattern_stay() -> None:
    nightly = [artifact(f"n{age}", f"nightly-{age}", age=age) for age in (1, 2, 3, 40, 50)]
    assert expired_names(nightly, RetentionRule("nightly-*", keep_last=2)) == ["n3", "n40", "n50"]
    assert expired_names(nightly, RetentionRule("nightly-*", keep_last=4, older_days=30)) == ["n50"]
    assert expired_names(nightly, RetentionRule("nightly-*", keep_last=2, older_days=30)) == ["n40", "n50"]


def test_what_is_pulled_is_used() -> None:
    rule = RetentionRule("*", unused_days=14)
    artifacts = [artifact("pulled", "a", pull_age=13), artifact("unused", "b", pull_age=15)]
    assert expired_names(artifacts, rule) == ["unused"]
    assert expired_names([artifact("new", "a", age=13), artifact("never", "b", age=15)], rule) == ["never"]


def test_the_first_rule_that_a_tag_looks_like_counts() -> None:
    rules = (RetentionRule("nightly-keep", older_days=1000), RetentionRule("nightly-*", older_days=1))
    assert expired_names([artifact("a", "nightly-keep"), artifact("b", "nightly-2")], *rules) == ["b"]


def test_untagged_is_a_word_and_no_pattern() -> None:
    rule = RetentionRule("untagged", older_days=30)
    assert expired_names([artifact("none"), artifact("tagged", "latest")], rule) == ["none"]
    assert expired_names([artifact("none"), artifact("tagged", "latest")], RetentionRule("*", older_days=30)) == [
        "tagged"
    ]


def test_versions_are_a_word_too() -> None:
    rule = RetentionRule("versions", keep_last=1)
    rows = [artifact("first", "1.0", age=3), artifact("second", "1.1", age=2), artifact("word", "latest", age=9)]
    assert expired_names(rows, rule) == ["first"]

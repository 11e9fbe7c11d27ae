"""Changing an organisation's retention rules, and moving what they say to the trash, where it stays for 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_in, require_operator, require_person
from forge.accounts.announcements import ORGANISATION_CHANGED
from forge.accounts.models import Organisation
from forge.accounts.organisations.name_reservations import lock_names
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.models import Project
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.retention.access import expired_in, policy_of, retention_facets
from forge.registry.distribution.retention.models import RetentionRules
from forge.registry.distribution.retention.policy import (
    UNTAGGED,
    ExpiredArtifact,
    RetentionPolicy,
    RetentionRule,
    conditions_text,
)
from forge.registry.models import Manifest, Repository
from rune.source.policy.tags import is_pattern
from rune.wording import listed

MAX_RULES = 20
MAX_COUNT = 10_000
"""Days, and artifacts that a rule keeps."""
MOST_AT_ONCE = 200
"""Artifacts of one repository that one transaction deletes; the next run deletes more."""


@transaction.atomic
def change_retention(
    actor: Actor, organisation: Organisation, policy: RetentionPolicy, *, precondition: Precondition = None
) -> RetentionPolicy:
    """Sets the rules by which artifacts of all projects are deleted. Raises `Forbidden`, `PersonNeeded`, `Stale` and
    `Invalid`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    require_person(actor)
    policy = checked_policy(policy)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = policy_of(organisation.pk)
    require_precondition(retention_facets(before), precondition)
    if policy == before:
        return policy
    values = {"rules": [asdict(rule) for rule in policy.rules], "keep": list(policy.keep)}
    RetentionRules.objects.update_or_create(values, organisation=organisation)
    write_entry(
        actor,
        "organisation.retention",
        organisation.stream,
        organisation.place,
        before=_as_text(before),
        after=_as_text(policy),
    )
    append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
    return policy


@transaction.atomic
def delete_expired(actor: Actor, repository: Repository, now: datetime | None = None) -> list[ExpiredArtifact]:
    """Moves what the rules delete in a repository to the trash, at most `MOST_AT_ONCE`, and returns it.

    It asks the rules behind the lock that pushes take, so a tag that is set meanwhile counts. Raises `Forbidden` for
    everybody but the installation.
    """
    require_operator(actor)
    organisation = repository.project.organisation_id
    lock_names(organisation)
    project = Project.objects.select_for_update(of=("self",), no_key=True).get(pk=repository.project_id)
    rows = expired_in([repository], policy_of(organisation), now or timezone.now())[:MOST_AT_ONCE]
    expired_artifacts = [each for _, each in rows]
    for each in expired_artifacts:
        tags = sorted(each.artifact.tags)
        manifest = Manifest.objects.get(repository=repository, blob_id=each.artifact.digest)
        manifest.trashed, manifest.trashed_tags = timezone.now(), tags
        manifest.save(update_fields=["trashed", "trashed_tags"])
        ArtifactTag.objects.filter(manifest=manifest).delete()
        write_entry(
            actor,
            "artifact.expire",
            project.stream,
            project.place,
            digest=each.artifact.digest,
            tags=listed(tags) or "no tag",
            reason=each.reason,
        )
    return expired_artifacts


def checked_policy(policy: RetentionPolicy) -> RetentionPolicy:
    """The rules as they are kept. Raises `Invalid`, which names the field of the first wrong rule."""
    if len(policy.rules) > MAX_RULES or len(policy.keep) > MAX_RULES:
        raise _invalid("rules", f"At most {MAX_RULES} rules, and {MAX_RULES} patterns to keep.")
    for pattern in policy.keep:
        _check_pattern("keep", pattern)
    for rule in policy.rules:
        _check_pattern("rules", rule.tags)
        counts: Sequence[int | None] = (rule.keep_last, rule.unused_days, rule.older_days)
        if all(count is None for count in counts):
            raise _invalid(
                "rules", f"State which artifacts of {rule.tags} to delete: by number, by last pull, or by age."
            )
        if any(count is not None and not 1 <= count <= MAX_COUNT for count in counts):
            raise _invalid("rules", f"The numbers for {rule.tags} must be from 1 to {MAX_COUNT}.")
    names = [rule.tags for rule in policy.rules]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _invalid("rules", f"There are two rules for {twice}. Write one.")
    return policy


def _check_pattern(field: str, pattern: str) -> None:
    if not is_pattern(pattern):
        raise _invalid(
            field, f"{pattern[:40]} is not a pattern. Write a tag, one with * such as nightly-*, or versions."
        )
    if field == "keep" and pattern == UNTAGGED:
        raise _invalid(field, f"{UNTAGGED} is for rules. Artifacts without a tag stay unless a rule deletes them.")


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})


def _as_text(policy: RetentionPolicy) -> dict[str, str]:
    """Returns the rules as the audit log writes them."""
    return {
        "rules": "; ".join(f"{rule.tags}: {conditions_text(rule)}" for rule in policy.rules) or "none",
        "keep": listed(list(policy.keep)) or "nothing",
    }


def rule_from(tags: str, keep_last: int | None, unused_days: int | None, older_days: int | None) -> RetentionRule:
    """A rule of a form or a body of the API."""
    return RetentionRule(tags.strip(), keep_last, unused_days, older_days)

"""How the audit log tells of reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.core.audit.messages import Thing, Topic, declare, ids_among, things_named
from forge.reviews.models import ChangeRequest, Review

declare(
    Topic.REVIEWS,
    {
        "review.ask": "asked for {review} of {project}, on build {build_number}",
        "review.round": "carried {review} of {project} on with build {build_number}, in round {round}",
        "review.reviewers": "changed who judges {review} of {project}",
        "review.close": "closed {review} of {project}",
        "review.accept": "joined {review} of {project} as one of its reviewers",
        "review.say": "commented on {review} of {project}",
        "review.verdict": "gave the verdict {verdict} on {build} of {project}",
        "review.verdict_undone": "took the verdict {verdict} on {build} of {project} back",
        "review.comment": "commented on {build} of {project}",
        "review.edit": "edited a comment on {build} of {project}",
        "review.delete": "deleted a comment of {member} on {build} of {project}",
        "review.resolve": "resolved a thread about {build} of {project}",
        "review.reopen": "reopened a thread about {build} of {project}",
        "review.try": "tried a change in a copy of {build} of {project}",
        "review.suggest": "suggested a change of {build} of {project}",
        "review.suggestion_taken": "took the suggestion of {member} on {build} into the files of {project}",
        "review.suggestion_declined": "declined the suggestion of {member} on {build} of {project}",
        "review.suggestion_withdrawn": "withdrew a suggestion on {build} of {project}",
        "change.offer": "offered {change_request} to {project}",
        "change.newer": "offered newer files in {change_request} of {project}",
        "change.resolve": "resolved a conflict of {change_request} of {project} in {file}: {side}",
        "change.start_over": "made all conflicts of {change_request} of {project} open again",
        "change.build": "built what merging {change_request} of {project} makes, as build {build_number}",
        "change.merge": "merged {change_request} into {project}, as version {version}",
        "change.undo": "undid the merge of {change_request} of {project}",
        "change.close": "closed {change_request} of {project}",
        "change.reopen": "opened {change_request} of {project} again",
        "change.ask": "asked for changes in {change_request} of {project}",
        "change.say": "commented on {change_request} of {project}",
        "change.give": "offered version {version} of {project} to the project that it was forked from",
        "guest.invite": "made a link to {review} of {project} for {title}, who needs no account",
        "guest.revoke": "revoked the link to {review} of {project} for {title}",
        "guest.enter": "opened {review} of {project}",
        "guest.say": "commented on {review} of {project}",
        "review.wrong": "marked a result of {build} of {project} as wrong: it said {said}, right is {label}",
    },
)


declare(Topic.DOWNLOADS, {"guest.download": "fetched the rune of build {number} of {review} of {project} to try it"})


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Reviews."""
    ids = ids_among(keys, "review")
    reviews = Review.objects.select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {each.subject: Thing(f"review {each.number}", _address(each)) for each in reviews}


def _address(review: Review) -> str:
    return "" if review.project.deleted_at else review.get_absolute_url()


@things_named.register
def names_of_changes(keys: Collection[str]) -> Mapping[str, Thing]:
    """Change requests."""
    ids = ids_among(keys, "change_request")
    requests = ChangeRequest.objects.select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {
        each.subject: Thing(f"change request {each.number}", "" if each.project.deleted_at else each.get_absolute_url())
        for each in requests
    }

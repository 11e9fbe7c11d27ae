"""Taking back what an agent did in a draft, so that what people wrote in between stays."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import IntegerField

from forge.accounts.permissions import Verb
from forge.accounts.principals import PrincipalKind
from forge.agents.models import AgentStep
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import MERGES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Forbidden, Invalid
from forge.core.events.log import append_event
from forge.projects.drafts.actions import DRAFT
from forge.projects.drafts.announcements import DRAFT_CHANGED, DraftStep
from forge.projects.files.actions import write_texts
from forge.projects.files.contents import list_files
from forge.projects.models import Draft
from rune.editing.merge import undo_edits
from rune.wording import counted

Step = Annotated[int, IntegerField(min_value=1, help_text="the number of the first step that is taken back")]


class UndoneStepsJson(TypedDict):
    """The steps of an agent that were taken back."""

    steps: Annotated[int, "how many steps are taken back as a whole"]
    files: Annotated[list[str], "paths of the files that changed"]
    conflicts: Annotated[list[str], "paths of files that stay as they are: somebody changed the same lines since"]


def undone_to_json(result: UndoneStepsJson) -> UndoneStepsJson:
    """Returns what was taken back."""
    return result


@act(
    "POST",
    DRAFT,
    "undo",
    "drafts_undo",
    verb=Verb.DRAFT,
    state=MERGES,
    answer=ActAnswer(undone_to_json),
    raises=Conflict,
)
def undo_steps(actor: Actor, draft: Draft, step: Step) -> UndoneStepsJson:
    """Takes back a step of the draft's agent and all steps after it, newest first. What people wrote in between stays;
    a file in which somebody changed the same lines is left as it is, and named."""
    if actor.kind == PrincipalKind.AGENT:
        raise Forbidden("A person takes back what an agent did.")
    steps = list(AgentStep.objects.filter(draft=draft, pk__gte=step, undone=None).exclude(changes={}))
    if not steps:
        raise Invalid("Nothing is left to take back: these steps changed no file, or were taken back already.")
    files = list_files(draft.files)
    texts = {each.path: each.text for each in files if each.text is not None}
    digests = {each.path: each.content_digest for each in files}
    result = undo_edits(texts, [each.changes for each in steps])
    if result.texts:
        write_texts(actor, draft.files, result.texts, preconditions={path: digests.get(path) for path in result.texts})
    undone = [each.pk for each in steps if not set(result.conflicts).intersection(each.changes)]
    facts = {"number": draft.number, "steps": counted(len(undone), "step"), "since": steps[0].at.isoformat()}
    with transaction.atomic():
        AgentStep.objects.filter(pk__in=undone).update(undone=timezone.now())
        write_entry(actor, "draft.undo", draft.project.stream, draft.project.place, **facts)
        append_event(draft.project.stream, DRAFT_CHANGED(number=draft.number, step=DraftStep.UNDONE), actor)
    return {"steps": len(undone), "files": sorted(result.texts), "conflicts": list(result.conflicts)}

"""Suggesting a change in a review: plain fields, the copy that runs with them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.copies import find_copy
from forge.builds.sample_inputs import inputs_for_reader
from forge.builds.serializers.builds import rune_url
from forge.builds.serializers.previews import watch_to_json
from forge.comparison.choice_names import choice_name
from forge.core.errors import Conflict, Invalid, NotFound, TooOften
from forge.core.http.pages import for_person, show_again
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.reviews.models import Review
from forge.reviews.rounds.access import find_numbered_review, newest_round
from forge.reviews.suggestions import actions
from forge.reviews.suggestions.access import Field, fields_of, find_suggestion, in_words
from forge.reviews.suggestions.actions import RequestedChange


@dataclass(frozen=True)
class ShownChoice:
    """A value that can be chosen."""

    raw: str
    words: str


@dataclass(frozen=True)
class ShownField:
    """A field of the form, with what is written in it now."""

    field: Field
    value: str

    @property
    def element(self) -> str:
        """The id of its element."""
        return "field-" + self.field.key.replace(" ", "-")

    @property
    def title(self) -> str:
        """The title of the argument: the name of the field, or of the list of labels."""
        return "labels" if self.field.argument == "wordlist" else self.field.argument.replace("_", " ")

    @property
    def choices(self) -> tuple[ShownChoice, ...]:
        """The choices, in words and as the Runefile writes them."""
        return tuple(ShownChoice(raw, choice_name(raw)) for raw in self.field.choices)

    @property
    def is_translated(self) -> bool:
        """Whether some choice is called otherwise than in the Runefile."""
        return any(choice.words != choice.raw for choice in self.choices)

    @property
    def default(self) -> str:
        return choice_name(self.field.default)

    @property
    def text(self) -> str:
        return choice_name(self.field.text)

    @property
    def rows(self) -> int:
        """Lines of its box."""
        return min(14, max(2, self.value.count("\n") + 1))


@dataclass(frozen=True)
class StageFields:
    """The fields of one stage: those that the Runefile says, and those that are left at their defaults."""

    stage: str
    explicit_fields: tuple[ShownField, ...]
    absent_fields: tuple[ShownField, ...]


@for_person
@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The fields, and with `?trial=` the copy that has what is in them; POST tries, or suggests what was tried."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.SUGGEST)
    review = find_numbered_review(principal, project, number)
    if request.method == "GET":
        return render(request, "reviews/suggestions/form.html", _context(principal, project, review, request.GET))
    try:
        if request.POST.get("do") == "send":
            trial_id = _uuid(request.POST.get("trial", ""))
            thread = actions.suggest(principal, review, trial_id, request.POST.get("text", ""))
            return redirect(thread.get_absolute_url())
        copy = actions.try_changes(principal, review, _requested_changes(request.POST))
    except (Invalid, Conflict, TooOften) as error:
        context = _context(principal, project, review, request.POST)
        return show_again(request, "reviews/suggestions/form.html", context, error)
    return redirect(f"{review.get_absolute_url()}/suggest?trial={copy.pk}#try")


@for_person
@require_POST
def decide(request: HttpRequest, organisation: str, name: str, thread_id: UUID) -> HttpResponse:
    """Takes a suggestion, declines it with a reason, or withdraws one's own."""
    principal = principal_of(request)
    suggestion = find_suggestion(principal, thread_id)
    if project_of(request, organisation, name, Verb.READ).pk != suggestion.thread.project_id:
        raise NotFound("There is no such suggestion here.")
    match request.POST.get("do", ""):
        case "take":
            actions.take_suggestion(principal, suggestion)
        case "decline":
            actions.decline_suggestion(principal, suggestion, request.POST.get("text", ""))
        case "withdraw":
            actions.withdraw_suggestion(principal, suggestion)
        case _:
            raise Invalid("Take the suggestion, decline it, or withdraw it.")
    return redirect(suggestion.thread.get_absolute_url())


def _context(principal: Principal, project: Project, review: Review, query: QueryDict) -> dict[str, Any]:
    build = newest_round(review).build
    copy = _copy(principal, project, query.get("trial", ""))
    overrides = copy.copy["overrides"] if copy is not None and copy.copy is not None else []
    tried_texts = {(override["stage"], override["argument"]): override["after"] for override in overrides}
    fields = [
        ShownField(field, query.get(f"value.{field.key}", tried_texts.get((field.stage, field.argument), field.text)))
        for field in fields_of(build)
    ]
    return {
        "project": project,
        "review": review,
        "build": build,
        "stages": _by_stage(fields),
        "trial": copy,
        "sentences": in_words(build, overrides),
        "examples": inputs_for_reader(principal, build),
        "build_url": rune_url(build) if build.artefact is not None else "",
        **_trial_facts(copy),
    }


def _trial_facts(copy: Preview | None) -> dict[str, Any]:
    """The copy's rune, or why there is none."""
    if copy is None:
        return {}
    is_ready = copy.state == PreviewState.READY and copy.build is not None
    return {
        "is_building": copy.state in (PreviewState.BUILDING, PreviewState.CHECKING),
        "is_ready": is_ready,
        "trial_url": rune_url(copy.build) if is_ready and copy.build is not None else "",
        "problem": watch_to_json(copy)["error"],
        "diagnostics": [one for one in copy.diagnostics if one["severity"] == "error"][:3],
    }


def _copy(principal: Principal, project: Project, trial: str) -> Preview | None:
    """The copy that the address names; None without one, and for one that was forgotten."""
    try:
        return find_copy(principal, project, UUID(trial)) if trial else None
    except (ValueError, NotFound):
        return None


def _by_stage(fields: Sequence[ShownField]) -> list[StageFields]:
    """Texts, such as labels, come first: they are what people know. A stage that says nothing comes last."""
    stages = dict.fromkeys(each.field.stage for each in fields)
    shown_stages = []
    for stage in stages:
        mine = [each for each in fields if each.field.stage == stage]
        explicit_fields = tuple(each for each in mine if each.field.text or each.value)
        shown_stages.append(
            StageFields(stage, explicit_fields, tuple(each for each in mine if each not in explicit_fields))
        )
    return sorted(shown_stages, key=_rank)


def _rank(fields: StageFields) -> int:
    if any(each.field.kind == "long-text" for each in fields.explicit_fields):
        return 0
    return 1 if fields.explicit_fields else 2


def _requested_changes(form: QueryDict) -> list[RequestedChange]:
    """The form's fields, by the names that they have in the page: `value.` and the field's key."""
    changes = []
    for key in form:
        if key.startswith("value."):
            stage, _, argument = key.removeprefix("value.").rpartition(".")
            changes.append(RequestedChange(stage, argument, str(form[key])))
    return changes


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Try your changes first.") from None

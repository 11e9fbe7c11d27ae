"""The place of acts on suggestions."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.projects.access import require
from forge.reviews.models import Suggestion
from forge.reviews.place import place_by_id
from forge.reviews.suggestions.access import find_suggestion


def _require_for_suggestion(actor: Actor, verb: Verb, suggestion: Suggestion) -> None:
    require(actor, verb, suggestion.thread.project)


SUGGESTION = place_by_id("threads/<uuid:thread_id>/suggestion/", "thread_id", find_suggestion, _require_for_suggestion)

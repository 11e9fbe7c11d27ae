"""The place of acts on threads."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.reviews.changes.participants import require_talking
from forge.reviews.models import AnchoredThread
from forge.reviews.place import place_by_id
from forge.reviews.threads.conversation import find_thread


def _require_talking(actor: Actor, _verb: Verb, thread: AnchoredThread) -> None:
    require_talking(actor, thread.project, thread.change_request)


THREAD = place_by_id("threads/<uuid:thread_id>/", "thread_id", find_thread, _require_talking)

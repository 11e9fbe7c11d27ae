"""Taking some of the changes that a draft offers: they are offered by themselves, and built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from django.db import transaction
from rest_framework.fields import CharField, ListField

from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.database.numbers import last_number
from forge.core.errors import Conflict, Invalid
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.models import Version
from forge.projects.versions.store import store_version
from forge.reviews.change_requests.actions.offers import (
    MOST_ROUNDS,
    build_merged,
    note_step,
    require_open,
    writers_of,
)
from forge.reviews.change_requests.etag_facets import offer_facets
from forge.reviews.change_requests.serializers import BUILDING
from forge.reviews.changes.access import find_again
from forge.reviews.changes.announcements import ChangeStep
from forge.reviews.changes.merging import merging_of
from forge.reviews.changes.models import ChangeRequest, OfferRound
from forge.reviews.changes.selecting import Selection, selected_tree, selection_of
from forge.reviews.errors import ChangeNeeded, TooManyOffers
from forge.reviews.place import CHANGE
from rune.editing.merge import missing_needs
from rune.wording import counted, listed

MOST_KEYS: Final = 1000
"""Changes of one offer."""

Keys = Annotated[
    list[str],
    ListField(child=CharField(max_length=1000), max_length=MOST_KEYS, help_text="keys of the changes that are taken"),
]


@act(
    "POST",
    CHANGE,
    "selection",
    "change_requests_select",
    verb=Verb.EDIT,
    state=IF_MATCH,
    answer=BUILDING,
    raises=Conflict,
)
def take_changes(
    actor: Actor, request: ChangeRequest, keys: Keys, *, precondition: Precondition = None
) -> Build | None:
    """Offers some of a draft's changes by themselves, and builds the merged result where nothing is in conflict. The
    others stay in the draft, and can be taken later."""
    require_precondition(offer_facets(request), precondition)
    require_open(request)
    selection = selection_of(request)
    if selection is None:
        raise Invalid("Changes are taken one by one only where they come from a draft, whose files are there.")
    _require_selectable(selection, keys)
    if selection.keys != set(keys):
        _offer(actor, request, selection, sorted(set(keys)), precondition)
    return None if merging_of(request).open_conflicts else build_merged(actor, request)


def _require_selectable(selection: Selection, keys: Sequence[str]) -> None:
    """Raises `Invalid`, and `ChangeNeeded` where something is left out without which the rest makes no sense."""
    if not keys:
        raise Invalid("Choose a change, or decline the change request.", errors={"keys": ["Choose a change."]})
    if not selection.all_keys.issuperset(keys):
        raise Invalid("The draft has other changes by now. Look at them again.")
    if missing := missing_needs(selection.changes, keys):
        rows = missing.items()
        raise ChangeNeeded(" ".join(f"{name} needs {listed(each)}. Take both, or neither." for name, each in rows))


def _offer(
    actor: Actor, request: ChangeRequest, selection: Selection, keys: Sequence[str], precondition: Precondition
) -> None:
    """Stores the files with these changes as another round."""
    is_whole = len(keys) == len(selection.changes)
    version = selection.whole if is_whole else _version(actor, request, selection, keys)
    with transaction.atomic():
        require_open(request)
        require_precondition(offer_facets(find_again(request)), precondition)
        last = last_number(OfferRound.objects.filter(request=request))
        if last >= MOST_ROUNDS:
            raise TooManyOffers(f"A change request has at most {last} rounds. Close it, and offer a new one.")
        OfferRound.objects.create(
            request=request,
            number=last + 1,
            version=version,
            message=_message(selection, keys),
            selection=None if is_whole else list(keys),
            offered_by=actor.person,
        )
        request.offered = version
        request.save(update_fields=["offered"])
        facts = {"count": len(keys), "all": len(selection.changes)}
        note_step(request, actor, "change.select", ChangeStep.SELECTED, **facts)


def _version(actor: Actor, request: ChangeRequest, selection: Selection, keys: Sequence[str]) -> Version:
    """Returns the version of the draft with these changes alone; who wrote the draft wrote it too."""
    tree = selected_tree(selection, keys)
    writers = writers_of(request) | set(selection.whole.writers)
    return store_version(selection.whole.project, tree, actor.person, writers, proposed_in=request.number)


def _message(selection: Selection, keys: Sequence[str]) -> str:
    names = [each.name for each in selection.changes if each.key in keys]
    if len(names) == len(selection.changes):
        return f"All {counted(len(names), 'change')} taken."
    return f"{len(names)} of {len(selection.changes)} changes taken: {listed(names)}."

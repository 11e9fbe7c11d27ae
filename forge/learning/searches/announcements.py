"""The event of searches and its audit sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, StoredEvent
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.endings import LearningEnding, ending_entry, ending_sentences
from forge.learning.searches.models import ModelSearch, SearchState


class SearchChangedJson(TypedDict):
    """A search began, went on, ended or was deleted, or has another trial."""

    search: Uuid
    number: int
    state: Annotated[str, choices("SearchState", SearchState.values)]
    trials: Annotated[int, "how many trials have ended"]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']


def _activity(event: StoredEvent[SearchChangedJson]) -> ActivityEntry | None:
    """Returns an entry of the person who began the search, once it has ended."""
    ending = event.data.get("ending", "")
    searches = ModelSearch.objects.filter(pk=event.data["search"]) if ending else ModelSearch.objects.none()
    return ending_entry("search", ending, searches.values_list("person", flat=True).first())


SEARCH_CHANGED = declare(
    EventType(
        "search.changed",
        StreamKind.PROJECT,
        SearchChangedJson,
        ("searches",),
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "search.begin": "began search {number} of {project} with the recipe {recipe}",
                "search.stop": "stopped search {number} of {project}",
                "search.resume": "let search {number} of {project} go on",
                "search.discard": "deleted search {number} of {project}",
                "search.open": "opened a change request with trial {trial} of search {number} of {project}",
                "search.use": "began a training run with trial {trial} of search {number} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            ending_sentences("search", "searched for a model for", "search", "/searches"), _activity
        ),
    )
)

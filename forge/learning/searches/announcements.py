"""The event of searches and its audit sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.lab_jobs.endings import LearningEnding, ending_activity
from forge.learning.lab_jobs.states import SEARCH_STATES
from forge.learning.searches.models import ModelSearch


class SearchChangedJson(TypedDict):
    """A search began, went on, ended or was deleted, or has another trial."""

    search: Uuid
    number: int
    state: Annotated[str, choices("SearchState", SEARCH_STATES)]
    trials: Annotated[int, "how many trials have ended"]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']


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
        activity=ending_activity(ModelSearch, "search", "searched for a model for", "search", "/searches"),
    )
)

"""The acts of searches. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.learning.searches.actions.searches import (
    LIMITS,
    SearchSettings,
    announce_search,
    begin_search,
    discard_search,
    resume_search,
    stop_search,
    stop_search_now,
)
from forge.learning.searches.actions.using import open_trial, use_trial

__all__ = [
    "LIMITS",
    "SearchSettings",
    "announce_search",
    "begin_search",
    "discard_search",
    "open_trial",
    "resume_search",
    "stop_search",
    "stop_search_now",
    "use_trial",
]

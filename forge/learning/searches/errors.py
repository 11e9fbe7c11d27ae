"""Errors of searches, for people."""

from forge.core.errors import Conflict


class SearchNotRunning(Conflict):
    """The search has ended, so it cannot be stopped."""

    title = "This search has ended"


class SearchRunning(Conflict):
    """The search runs, so there is nothing to go on with."""

    title = "This search is running"


class TooManySearches(Conflict):
    """The project has as many searches as it may have."""

    title = "The project has too many searches"


class TrialNotTrained(Conflict):
    """The trial has no accuracy: it was over a limit, stopped early, or failed."""

    title = "This trial was not trained to its end"

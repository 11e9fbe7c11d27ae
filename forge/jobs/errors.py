"""Errors of jobs, for people."""

from forge.core.errors import Conflict


class JobOver(Conflict):
    """The job has ended, and cannot be cancelled any more."""

    title = "This job has ended"


class NotRetriable(Conflict):
    """The job waits, runs or succeeded, or its kind cannot be retried."""

    title = "This job cannot be retried"

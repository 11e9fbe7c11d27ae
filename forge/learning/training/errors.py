"""Errors of training runs, for people."""

from forge.core.errors import Conflict, NoRoom, TooOften, Unprocessable


class RunNotTraining(Conflict):
    """The run does not train now, so it cannot be stopped, paused or cancelled."""

    title = "This run is not training"


class RunNotResumable(Conflict):
    """The run trains or is finished, so there is nothing to go on with."""

    title = "This run cannot be continued"


class RunNotFinished(Conflict):
    """The run has no model yet."""

    title = "This run has no model yet"


class TooManyRuns(Conflict):
    """The project has as many runs as it may have."""

    title = "The project has too many runs"


RUN_ERRORS = (Conflict, NoRoom, TooOften, Unprocessable)
"""The errors of beginning a run."""

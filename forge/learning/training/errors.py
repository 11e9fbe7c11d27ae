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


class NoDataVersion(Conflict):
    """The project has no version of its data to learn from."""

    title = "There is no version of the data"


class DataTooLarge(Conflict):
    """The version of the data has more than a run learns from."""

    title = "The data is too large to train on"


class DataNotLearnable(Conflict):
    """The recipe cannot learn from this version of the data: labels, people, marks or recordings are missing."""

    title = "The recipe cannot learn from this data"


RUN_ERRORS = (Conflict, NoRoom, TooOften, Unprocessable)
"""The errors of beginning a run."""

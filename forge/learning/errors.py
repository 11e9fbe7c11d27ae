"""Errors of conversions, for people."""

from forge.core.errors import Conflict, Unprocessable


class ConversionBusy(Conflict):
    """The conversion is not finished, so nothing can be changed or made of it."""

    title = "This conversion is not finished"


class NoSuchLayer(Unprocessable):
    """The model has no layer of this name."""

    title = "The model has no such layer"


class FormRefused(Conflict):
    """The form was refused, so there is no file of it."""

    title = "There is no file of this form"


class NothingToApply(Conflict):
    """The project has this form already."""

    title = "The project has this form already"


class NothingToPrepare(Conflict):
    """The conversion waits for no environment."""

    title = "Nothing has to be prepared"


class NothingToWrite(Conflict):
    """The project's Runefile has these inputs already."""

    title = "The Runefile already declares this"

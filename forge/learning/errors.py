"""What can go wrong with conversions, for people."""

from forge.core.errors import Conflict, Unprocessable


class ConversionBusy(Conflict):
    """The conversion is not finished, so nothing can be changed or made of it."""

    title = "This conversion is not finished"


class NoSuchLayer(Unprocessable):
    """The model has no layer of this name."""

    title = "The model has no such layer"


class NothingToPrepare(Conflict):
    """The conversion waits for no environment."""

    title = "Nothing has to be prepared"

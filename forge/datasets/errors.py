"""Errors of data sets, for people."""

from forge.core.errors import Conflict, Forbidden, NotFound, TooOften, Unprocessable
from rune.datasets.label_conflicts import OTHER_LABEL_TITLE, quoted


class ContentRefused(Unprocessable):
    """The bytes are no recording that a data set takes."""

    title = "This cannot be a sample"


class RateDiffers(ContentRefused):
    """The rows of a recording are further apart, or closer, than those of the data."""

    title = "The data has another rate"

    def __init__(self, interval: str, data_interval: str) -> None:
        super().__init__(
            f"Its rows are {interval} apart, and those of the data {data_interval}. Resample it to {data_interval}, or "
            "send it with Import on the page Data, which does."
        )


class SampleKnown(Conflict):
    """The data set has a sample with the same bytes."""

    title = "This sample already exists"

    def __init__(self, detail: str, digest: str) -> None:
        super().__init__(detail)
        self.digest = digest
        """The digest of the recording's bytes, by which the stored sample is found."""


class LabelDiffers(SampleKnown):
    """The data set has a sample with the same bytes and another label."""

    title = OTHER_LABEL_TITLE

    def __init__(self, digest: str, number: int, stored_label: str, label: str) -> None:
        super().__init__(
            f"It is stored as {quoted(stored_label)} (sample {number}), and you send it as {quoted(label)}. Listen to "
            "it or look at it on the page Data: if the stored label is wrong, change it there.",
            digest,
        )
        self.number, self.stored_label = number, stored_label


class LabelsUnsettled(Conflict):
    """Recordings of an import have several labels, and nobody chose one."""

    title = "Recordings have two labels"


class ConsentOver(Conflict):
    """The consent was withdrawn, has ended, or is too old for another recording."""

    title = "Agree to the terms again"


class ConsentDiffers(Conflict):
    """The terms are not those that the person read."""

    title = "The terms have changed"


class CodeNeeded(Unprocessable):
    """The link needs the code that its guests received."""

    title = "Type the code"


class WrongSide(Conflict):
    """The consent allows tests only, and the group's samples are for training."""

    title = "The consent does not cover this"


class PlayingRefused(Forbidden):
    """The person may train and test on the samples, and not play them."""

    title = "You may not play this"


class TooManyProtectedRuns(TooOften):
    """A person's runes ran as often as they may in a day on samples that the person may not play."""

    title = "The limit for recordings that you may not play is reached"


class NothingToSave(Conflict):
    """No sample of the data set can be part of a version."""

    title = "There is nothing to save"


class DataVersionNotFound(NotFound):
    """The data set has no version of this number."""

    title = "No such version"


class LayoutRefused(Unprocessable):
    """The layout cannot have the samples of the version."""

    title = "This layout cannot have these samples"


class WrongChunkOffset(Conflict):
    """The bytes are not those that follow the ones that were received."""

    title = "The offset is wrong"


class ImportNotReady(Conflict):
    """The import cannot be started, or goes on no longer."""

    title = "This import cannot be continued"


class NothingToAnalyse(Conflict):
    """The data has no samples."""

    title = "There is nothing to analyse"

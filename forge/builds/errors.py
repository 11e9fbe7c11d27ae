"""Errors of builds. The first seven are for people, the others stay between worker and row."""

from forge.core.errors import Conflict, Forbidden, NotFound


class TooManyBuilds(Conflict):
    """The project has as many builds waiting as it may."""

    title = "Too many builds are waiting"


class NoRune(NotFound):
    """The build made no rune, or not yet."""

    title = "There is no rune"


class NoPackage(NotFound):
    """The build has no package for a target."""

    title = "There is no package"


class FirmwareMissing(NotFound):
    """The build has no firmware, or not yet."""

    title = "There is no firmware"


class NoStageValues(NotFound):
    """The build has no rune of this toolchain, or no wire that is small enough to be drawn."""

    title = "There are no stage values"


class NoSamplesForBins(Conflict):
    """No sample of the version of the data may be used for bins, or none is stored any more."""

    title = "There are no samples for bins"


class BinsForbidden(Forbidden):
    """The person may not play all samples that the bins would come from."""

    title = "You may not take bins from these samples"


class Stopping(Exception):
    """The worker must end: a build goes back into the queue, a preview is made again at the next start."""


class PreviewSuperseded(Exception):
    """The computation is no longer needed, because a newer text waits."""


class NoSuchFix(Exception):
    """The fix that is to be tried is not one of the newest text; the message says so to a person."""


class TestsRefused(Exception):
    """The tests that are to be run compiled are not there, or cannot be; the message says so to a person."""


class TeachingRefused(Exception):
    """The project's rune cannot be taught; the message says why to a person."""


class OverridesRefused(Exception):
    """The changes that are to be tried do not fit the files; the message says so to a person."""

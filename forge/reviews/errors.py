"""What can go wrong with reviews."""

from forge.core.errors import Conflict, Invalid


class NotReviewable(Conflict):
    """A build without a rune to judge."""

    title = "This build cannot be reviewed"


class OwnBuild(Conflict):
    """Whoever asked for a build cannot give the verdict on it."""

    title = "This is your own build"


class BadVerdict(Invalid):
    """A verdict that is neither an approval nor a request for changes."""

    title = "Unknown verdict"

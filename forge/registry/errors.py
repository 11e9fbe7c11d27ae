"""What can go wrong with publishing."""

from forge.core.errors import Conflict, Invalid, NotFound


class BadTag(Invalid):
    """A tag outside the grammar."""

    title = "This tag cannot be used"


class TagTaken(Conflict):
    """A version's tag that stands for another build, and stays with it."""

    title = "The tag is taken"


class NotPublishable(Conflict):
    """A build without a rune of its own to publish."""

    title = "This build cannot be published"


class NoSuchTag(NotFound):
    """Nothing is published under this tag."""

    title = "No such tag"

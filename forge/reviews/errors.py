"""Errors of reviews."""

from forge.core.errors import Conflict, Forbidden, Invalid, PersonNeeded, Stale


class NotReviewable(Conflict):
    """A build without a rune to judge."""

    title = "This build cannot be reviewed"


class OwnBuild(Conflict):
    """The person who asked for a build, or wrote part of its changes, cannot give the verdict on it."""

    title = "This is your own build"


class BadVerdict(Invalid):
    """A verdict that is neither an approval nor a request for changes."""

    title = "Unknown verdict"


class NewerBuild(Stale):
    """A verdict on bytes that are no longer those that are judged."""

    title = "A newer build is judged now"


class ApprovalByProgram(PersonNeeded):
    """An approval by a program: only a person who looked at the build can approve it."""

    title = "An approval needs a person"


class RobotNeeded(Forbidden):
    """The result of a check, posted by a person: only the check's robot posts it."""

    title = "A check needs its robot"


class WrongRobot(Forbidden):
    """The result of a check, posted by another robot than the one that `forge.yml` names."""

    title = "This is another robot's check"


class UnknownCheck(Invalid):
    """A check that no rule of the build names."""

    title = "Unknown check"


class ConfirmationNeeded(Conflict):
    """An approval by somebody who did not prove just now who they are, where the organisation's rules ask for that."""

    title = "Confirm that it is you"


class SameRune(Conflict):
    """A new round with the bytes of the one before: what was said of them still holds."""

    title = "Nothing changed"


class AlreadyRequested(Conflict):
    """An open review is about these bytes."""

    title = "A review is already asked for"


class ReviewClosed(Conflict):
    """A review that takes no more rounds."""

    title = "The review is closed"


class ReviewPublished(Conflict):
    """A further round of a review whose build is published: it waits for nobody."""

    title = "The build of this review is published"


class BadReviewers(Invalid):
    """Reviewers who cannot judge, or a number of approvals that cannot be reached."""

    title = "These reviewers cannot be asked"


class TooLate(Conflict):
    """A verdict that can no longer be undone."""

    title = "Too late to undo"


class NotYours(Conflict):
    """Something that only who wrote it may do to a comment, or to a thread."""

    title = "This is another's comment"


class TooManyGuests(Conflict):
    """A review has as many guest links, or a link as many guests, as may be."""

    title = "Too many guests"


class NotTried(Conflict):
    """A suggestion whose changes were not tried, or do not build."""

    title = "Try it first"


class TooManySuggestions(Conflict):
    """The person has as many open suggestions as are allowed."""

    title = "Too many suggestions are open"


class CannotBeApplied(Conflict):
    """A suggestion that does not fit the project's files as they are now."""

    title = "The suggestion does not fit the files any more"


class AlreadySo(Conflict):
    """A thread that is resolved, or open, or a suggestion that is decided, already."""

    title = "Nothing to do"


class NoFork(Conflict):
    """A project that is no fork, or whose origin is not visible to the person who asks."""

    title = "There is no project to offer this to"


class NothingToOffer(Conflict):
    """The fork has no change that its origin lacks."""

    title = "Nothing to offer"


class TooManyOffers(Conflict):
    """There are as many open change requests as are allowed."""

    title = "Too many change requests are open"


class ForkDeleted(Conflict):
    """A change request whose fork was deleted."""

    title = "The fork was deleted"


class NotOpen(Conflict):
    """A change request that is merged or closed, or is open where it should not be."""

    title = "This change request is decided"


class NoSuchConflict(Conflict):
    """A conflict that is no more: a side says something else by now."""

    title = "This conflict no longer exists"


class CannotMerge(Conflict):
    """The unmet conditions of merging a change request."""

    title = "It cannot be merged yet"


class ChangeNeeded(Conflict):
    """A change that is left out is needed by one that is taken."""

    title = "Another change is needed"


class CannotUndo(Conflict):
    """Later edits touch what a merge changed."""

    title = "The merge cannot be undone"

"""The errors of a file system that has no room. Of databases and libraries, `forge.core.database.full_disk` and
`lab.full_disk` know more."""

from __future__ import annotations

import errno

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The numbers of the errors for a full disk or quota."""


def is_out_of_room(error: BaseException) -> bool:
    """Returns whether an error says that there is no room on a disk."""
    return isinstance(error, OSError) and error.errno in NO_ROOM

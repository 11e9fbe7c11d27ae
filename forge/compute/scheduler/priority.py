"""The priority of a session of processes where others want the processor too.

Linux shares the processor among sessions first (`autogroup`), and among the processes of a session after that. In a
control group, as in a container, it knows no sessions, and the priority of each process counts. So both are set.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

USUAL = 0
YIELDING = 10
"""The niceness that yields, as of nice(1): about a tenth of what a process of the usual priority gets."""
BACK_TO_USUAL = 20
"""The limit RLIMIT_NICE: a process that has at least this may raise a priority to the usual one again."""


def set_priority(session: int, priority: int) -> bool:
    """Sets the priority of all processes of a session that is one process group; False if it is to be tried again.

    A priority that could not be raised again is not lowered: elsewhere than on Linux nothing happens.
    """
    try:
        # Without rights on the machine the system takes one change in a tenth of a second.
        Path(f"/proc/{session}/autogroup").write_text(str(priority), "ascii")
    except BlockingIOError:
        return False
    except OSError:
        pass  # this kernel knows no sessions, or the process ended
    if hasattr(resource, "RLIMIT_NICE") and resource.getrlimit(resource.RLIMIT_NICE)[0] >= BACK_TO_USUAL:
        with contextlib.suppress(OSError):  # the process ended
            os.setpriority(os.PRIO_PGRP, session, priority)
    return True

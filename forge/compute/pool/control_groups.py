"""A control group for each process that computes, where an administrator delegated this server a part of them."""

from __future__ import annotations

import os
from functools import cache

from forge.compute.pool import guard
from rune.isolation.control_group import ControlGroup, DelegatedGroup, NotDelegated, delegated_to
from rune.isolation.launch import PROCESSES


def new_group(name: str) -> ControlGroup | NotDelegated:
    """A group for one process with all that it starts, or why there is none."""
    parent = _delegation()
    if isinstance(parent, NotDelegated):
        return parent
    try:
        # The one that keeps the process is in the group as well, with its thread.
        return parent.new_group(name, memory=guard.MEMORY_LIMIT, processes=PROCESSES + 1)
    except OSError as error:
        return NotDelegated(f"the system refused it: {error.strerror or error}")


@cache
def _delegation() -> DelegatedGroup | NotDelegated:
    """This server's part, asked for once: it does not change while a server runs."""
    try:
        group = delegated_to(os.getpid())
        group.prepare()
    except NotDelegated as error:
        return error
    return group

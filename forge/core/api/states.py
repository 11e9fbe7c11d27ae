"""The state of a thing that the caller of an act read and names, and the reasons for which some acts need none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """The rule of an act about the state that its caller read: it names it, or it does not, for a reason."""

    is_named: bool
    reason: str = ""


IF_MATCH = State(True)
IF_MATCH_TO_REPLACE = State(True, "It makes the thing where there is none, and replaces only what was read.")
MAKES = State(False, "It makes something, and replaces nothing that was read.")
OWN = State(False, "A choice or a thing of the caller's own, which nobody else changes.")
ENDS = State(
    False,
    "It ends for good what the address names. A right or a consent must end also where something changed meanwhile.",
)
WORKS = State(False, "It asks for work on what is there, and changes nothing that people wrote.")
MERGES = State(False, "What others wrote meanwhile stays: the live document has both.")
COMPARES = State(
    False, "Its action compares what the request names with what is there now, and answers 409 where they differ."
)
SETS = State(
    False,
    "It sets a value that the request names in full, of a thing that keeps its meaning; the log has the one before.",
)
HIGHEST = State(
    False, "It makes the named member an owner and the caller a maintainer, whatever the roles of both were."
)
OPENS = State(
    False, "It opens again what was closed, or restores what was deleted: nothing is lost, and undoing it is one act."
)

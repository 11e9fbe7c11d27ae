"""Brings a new socket up to date, and asks it for its edits: a state machine without I/O.

A client that was away is asked for all of its document before it hears what is new here. Were it told first, its answer
would hold what letters made of both, as if it had seen that.
"""

from __future__ import annotations

from typing import Protocol

from forge.collab.protocol.frames import step_1_frame
from forge.collab.room.submissions import RoomMember


class Greeter(Protocol):
    """A room, as far as a greeting needs one."""

    def question(self, member: RoomMember, theirs: bytes) -> tuple[bytes, bool]:
        """The state vector to ask with, and whether the answer comes before anything else."""
        ...

    def answer(self, member: RoomMember, theirs: bytes) -> bytes:
        """A frame with all that a client with this state lacks."""
        ...

    def state(self) -> bytes:
        """The state vector of what is here."""
        ...


class Greeting:
    """The greeting of one socket."""

    def __init__(self, room: Greeter, member: RoomMember) -> None:
        self._room = room
        self._member = member
        self._was_questioned = False
        self._is_awaited = False
        self._has_requested_less = False
        self._unanswered_state: bytes | None = None
        """For several, the last: a client that asks again and does not answer must not fill the memory."""

    def receive_state(self, theirs: bytes, *, may_edit: bool) -> list[bytes]:
        """The frames upon a client's state vector. Raises `ValueError` for bytes that cannot be read."""
        frames = []
        if may_edit and not self._was_questioned:
            self._was_questioned = True
            vector, self._is_awaited = self._room.question(self._member, theirs)
            frames.append(step_1_frame(vector))
        if self._is_awaited:
            self._unanswered_state = theirs
            return frames
        return [*frames, self._room.answer(self._member, theirs)]

    def receive_answer(self) -> list[bytes]:
        """The frames upon what a client answered, once that is in the room's queue. Raises as `receive_state` does."""
        self._is_awaited = False
        theirs, self._unanswered_state = self._unanswered_state, None
        return [] if theirs is None else [self._room.answer(self._member, theirs)]

    def handle_too_large(self) -> bytes | None:
        """The frame that asks for the difference alone, once, where the whole was asked for and is too much to send.

        What the person wrote offline may fit, and then merges by letters, as in a document that is large itself.
        """
        if not self._is_awaited or self._has_requested_less:
            return None
        self._has_requested_less = True
        return step_1_frame(self._room.state())

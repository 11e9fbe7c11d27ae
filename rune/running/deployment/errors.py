"""Errors of a deployment. Each has a `name`, which never changes: programs compare it."""

from __future__ import annotations

from rune.running.runtime.errors import RuneError


class DeploymentError(RuneError):
    """A deployment gave no rune. `name` is the server's own name of a refusal, such as `key-revoked`, or one of these:

    * `server-away`: no answer, and nothing is stored
    * `refused`: an answer that is not a deployment's
    * `damaged`: the bytes have another digest
    * `signature-refused`: no trusted key signed what the deployment serves
    * `older`: the server names an older release than it did before
    * `expired`, `mixed`: the signed documents have ended, or are those of different states or deployments
    * `clock-wrong`: the clock of this computer says a time that cannot be
    * `cache-unwritable`: the folder for what was seen before cannot be written
    """

    def __init__(self, name: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.status = status
        """The status of the server's answer; None where none came."""

"""Errors of the SDK. Each has a `name`, which never changes: programs compare it."""

from __future__ import annotations


class HmrError(Exception):
    """Nothing was changed beyond what the text says. `name` is one of these:

    * `server-away`: the server does not answer
    * `token-needed`: there is no token, or it may not do this
    * `not-there`: there is no such project, version or file
    * `refused`: the server refused, for the reason in the text
    * `model-refused`: the model cannot be converted, or the form cannot be made
    * `samples-missing`: the form would be calibrated on random numbers, because there are no samples
    * `samples-refused`: the samples are not arrays of numbers
    * `change-waits`: the model is in a change request that somebody has to approve first
    * `build-failed`: the project does not build, or nothing was built yet
    * `not-signed`: the server has not signed what a deployment serves
    * `daemon-away`: no daemon answers at the socket of this device
    * `toolchain-missing`: what builds and converts is not installed on this device
    * `converter-missing`: the libraries that convert this model are not prepared on this device
    * `rune-refused`: the device does not run the rune, for the reason in the text; what ran before goes on
    * `server-needed`: a device alone cannot do it
    * `too-slow`: a job did not end in the time that the caller gave it
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name

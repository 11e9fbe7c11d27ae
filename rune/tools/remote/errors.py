"""Errors of a registry, by name. Every message is a sentence for the person at the command line.

RemoteError
├── ReferenceInvalid      the text does not name a rune
├── UnsafeRegistry        plain http to another machine
├── CredentialsUnreadable the file of remembered tokens is damaged or cannot be written
├── RegistryUnreachable   no answer
├── RegistryRefused       an answer that is not the registry protocol, or an error of its own
│   ├── NoBrowserSignIn   it does not support sign-in by a browser
│   ├── TokenNeeded       401 or 403: no token, or one that is invalid or may not do this
│   └── RemoteNotFound    404: unknown, or not for this person
├── DigestMismatch        the bytes are not those that were asked for
├── ArtifactWithoutRune   an artifact of another kind
├── NotABlock             the same where a block was asked for
├── NotSigned             no signature proves where it came from
└── KeyNotRegistered      the organisation does not have the key that would sign
"""

from __future__ import annotations

from rune.wording import listed


def needed_token(*scopes: str) -> str:
    """Returns which token an act takes, and how the command gets it: the code of `rune login` gives one that pulls."""
    noun = "scope" if len(scopes) == 1 else "scopes"
    return (
        f"It needs a token with the {noun} {listed(scopes)}, of the page Tokens of your account: give it to "
        "rune login --token-stdin."
    )


class RemoteError(Exception):
    """Something about a registry. `exit_code` is what the command ends with."""

    exit_code = 1


class ReferenceInvalid(RemoteError):
    """The text does not name a rune in a registry."""

    exit_code = 2


class UnsafeRegistry(RemoteError):
    """The registry would be spoken to in plain text over a network."""

    exit_code = 2


class CredentialsUnreadable(RemoteError):
    """The file of remembered tokens cannot be read or written."""


class RegistryUnreachable(RemoteError):
    """The registry gave no answer."""

    exit_code = 3


class RegistryRefused(RemoteError):
    """The registry answered with an error, or not as a registry does. `status` is the HTTP status, if there was one,
    and `title` what kind of error the server says that it is."""

    def __init__(self, message: str, status: int | None = None, title: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.title = title


class TokenNeeded(RegistryRefused):
    """The registry wants a token, or another one."""

    exit_code = 4


class RemoteNotFound(RegistryRefused):
    """The registry knows no such rune, block or data, or does not show it to this person."""

    exit_code = 5


class DigestMismatch(RemoteError):
    """Bytes arrived that do not have the digest that was promised."""

    exit_code = 6

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(f"{what} has the digest {actual}, not {expected} as promised: nothing was saved")
        self.expected = expected
        self.actual = actual


class ArtifactWithoutRune(RemoteError):
    """The artifact exists and holds no rune."""

    exit_code = 7


class NotABlock(RemoteError):
    """The artifact exists and is not the block that was asked for."""

    exit_code = 7


class NotSigned(RemoteError):
    """No signature of a trusted key proves where the rune or block came from."""

    exit_code = 9


class KeyNotRegistered(RemoteError):
    """The organisation does not have the key that would sign, or revoked it: nothing was signed."""

    exit_code = 10

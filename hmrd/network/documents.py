"""Compares the signed documents of a deployment with the wanted rune: the client of TUF behind a device's key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hmrd.network.client import ServerClient
from hmrd.network.http import ServerFailed
from hmrd.protocol import addresses
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from rune.digests import digest_of
from rune.running.deployment.errors import DeploymentError

_LARGEST: Final = 4 * 1024 * 1024
_NOT_FOUND: Final = 404
_NAMES: Final = {
    "cache-unwritable": ProblemName.DISK_FULL,
    "clock-wrong": ProblemName.CLOCK_WRONG,
    "expired": ProblemName.EXPIRED,
    "older": ProblemName.OLDER,
    "server-away": ProblemName.SERVER_AWAY,
}


class SignedDocuments:
    """Asks a deployment for its documents, with signed requests. It has the form of `DocumentSource`."""

    def __init__(self, client: ServerClient, deployment: str) -> None:
        self._client = client
        self._path = addresses.deployment_path(deployment)
        self.url = f"{client.address.url}{self._path}"
        self.date: str | None = None
        self.problem: DeviceProblem | None = None
        """The reason why the server gave no document."""

    def document(self, url: str) -> bytes:
        """Returns a document at or below the deployment's address. Raises `DeploymentError`."""
        path = url.removeprefix(self._client.address.url)
        try:
            answer = self._client.document(path, _LARGEST)
        except ServerFailed as error:
            if error.status == _NOT_FOUND and error.refusal:
                raise DeploymentError("document-unknown", str(error), error.status) from None
            self.problem = error.problem
            raise DeploymentError(error.problem.name.value, str(error), error.status) from None
        self.date = answer.headers.get("date")
        return answer.body


def first_root(client: ServerClient, deployment: str) -> str:
    """Returns the digest of the first root document of a deployment, for a device that joined before there was one.
    Raises `ServerFailed`.
    """
    return digest_of(client.document(f"{addresses.deployment_path(deployment)}/tuf/1.root.json", _LARGEST).body)


def documents_refuse(
    client: ServerClient, wanted_rune: WantedRune, root: str, folder: Path, now: float
) -> DeviceProblem | None:
    """Says why the documents, signed by the keys of this root, do not allow a rune; None if they do. While a rollout is
    under way they name two releases, of which either may be wanted."""
    # The library takes long to load and much memory, and a device asks for it with each new rune alone.
    from rune.running.deployment.updates import TrustedUpdates

    source = SignedDocuments(client, wanted_rune.deployment)
    try:
        release = TrustedUpdates(source, root, folder).served_release(now, wanted_rune.number)
    except DeploymentError as error:
        if source.problem is not None:
            return source.problem
        return DeviceProblem(_NAMES.get(error.name, ProblemName.SIGNATURE_REFUSED), str(error)[:300])
    if (release.rune, release.size, release.release) == (wanted_rune.rune, wanted_rune.size, wanted_rune.number):
        return None
    detail = f"The signed documents name release {release.release}, and the server wants release {wanted_rune.number}."
    return DeviceProblem(ProblemName.SIGNATURE_REFUSED, detail)

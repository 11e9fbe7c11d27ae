"""Says which rune a deployment serves, as signed documents say: the client of The Update Framework (TUF).

Its keys, threshold and ends are checked by the library `tuf`. This module brings it the documents from a deployment's
address, and gives its refusals the names of `DeploymentError`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from rune.digests import digest_of, is_digest
from rune.running.deployment.errors import DeploymentError
from rune.running.deployment.server import LARGEST_RUNE, ServedRelease

_CLOCK_TOLERANCE = timedelta(hours=1)
_MOST_ROOTS = 100
"""Roots of a server that are looked through for the one with a digest."""


def is_root_digest(root: str) -> bool:
    """Returns whether a text is the digest of a root document, and not a path."""
    return is_digest(root)


class DocumentSource(Protocol):
    """A source of the documents of a deployment, such as `DeploymentServer`."""

    date: str | None
    """The time of the server's clock at its last answer."""

    @property
    def url(self) -> str:
        """The address of the deployment."""

    def document(self, url: str) -> bytes:
        """A document at or below the address. Raises `DeploymentError`."""


class TrustedUpdates:
    """The signed documents of one deployment, from a root that the program brings, or whose digest it brings.

    `folder` has what was seen before: without it, an older state could not be recognised. Raises `DeploymentError`, and
    `ImportError` where `tuf` is not installed.
    """

    def __init__(self, server: DocumentSource, root: bytes | str, folder: Path) -> None:
        """`root` is the document, or its digest as `sha256:...`: the server then sends the document."""
        self._server, self._root = server, root
        of_root = root.encode() if isinstance(root, str) else root
        self._folder = folder / hashlib.sha256(f"{server.url}\n".encode() + of_root).hexdigest()[:32]

    def served_release(self, now: float, number: int | None = None) -> ServedRelease:
        """Returns the state in the documents today. `now` is the time of this computer in seconds since 1970. While a
        rollout is under way, the documents name two releases: `number` asks for one of them, where they name it, and
        gets the newest elsewhere.

        Raises `DeploymentError`: `expired`, `clock-wrong`, `older`, `mixed`, `signature-refused`, `refused`,
        `cache-unwritable`, or the server's own refusals.
        """
        from tuf.api.exceptions import (
            BadVersionNumberError,
            DownloadError,
            ExpiredMetadataError,
            LengthOrHashMismatchError,
            RepositoryError,
        )
        from tuf.ngclient import Updater, UpdaterConfig

        fetcher = _make_fetcher(self._server)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            config = UpdaterConfig(timestamp_max_length=16_384, snapshot_max_length=65_536, targets_max_length=262_144)
            base = f"{self._server.url}/tuf/"
            root = self._root if isinstance(self._root, bytes) else self._pinned_root(self._root)
            updater = Updater(str(self._folder), base, fetcher=fetcher, config=config, bootstrap=root)
            updater.refresh()
            name = _target_name(self._server.url)
            target_of_number = None if number is None else updater.get_targetinfo(name_of_release(name, number))
            target = target_of_number or updater.get_targetinfo(name)
        except OSError as error:
            message = f"{self._folder} cannot be written: {error.strerror}. Name another folder as `cache`."
            raise DeploymentError("cache-unwritable", message) from None
        except DownloadError as error:
            if fetcher.refusal is not None:
                raise fetcher.refusal from None
            raise DeploymentError("damaged", f"The signed documents could not be loaded: {error}.") from None
        except ExpiredMetadataError as error:
            raise self._expiry_error(now, str(error)) from None
        except BadVersionNumberError as error:
            raise DeploymentError("older", f"The server sends documents of an older state: {error}.") from None
        except LengthOrHashMismatchError as error:
            message = f"The server mixes documents of different states: {error}."
            raise DeploymentError("mixed", message) from None
        except RepositoryError as error:
            message = f"The keys that the root names did not sign what the deployment serves: {error}."
            raise DeploymentError("signature-refused", message) from None
        except ValueError as error:
            raise DeploymentError("signature-refused", f"A signed document cannot be read: {error}.") from None
        if target is None:
            raise DeploymentError("mixed", "The signed documents are those of another deployment.")
        served_release = _release_of(self._server.url, target)
        self._require_clock(now, served_release)
        return served_release

    def _pinned_root(self, digest: str) -> bytes:
        """The root document with a digest: from an earlier load, or one of those that the server has. Raises
        `DeploymentError`, and `OSError` where it cannot be stored."""
        path = self._folder / "pinned-root.json"
        if path.exists() and _digest(document := path.read_bytes()) == digest:
            return document
        for version in range(1, _MOST_ROOTS + 1):
            try:
                document = self._server.document(f"{self._server.url}/tuf/{version}.root.json")
            except DeploymentError as error:
                if error.name != "document-unknown":
                    raise
                break
            if _digest(document) == digest:
                path.write_bytes(document)
                return document
        raise DeploymentError("signature-refused", f"No root document of the server has the digest {digest}.")

    def _expiry_error(self, now: float, reason: str) -> DeploymentError:
        """Either somebody holds back newer documents, or the clock of this computer is wrong. Both load nothing."""
        here = datetime.fromtimestamp(now, UTC)
        there = _parsed_date(self._server.date)
        if there is not None and abs(here - there) > _CLOCK_TOLERANCE:
            message = f"The clock of this computer says {here:%Y-%m-%d %H:%M} UTC, and that of the server "
            message += f"{there:%Y-%m-%d %H:%M}. Set the clock."
            return DeploymentError("clock-wrong", message)
        message = f"The server's newest documents have ended ({reason}). Somebody may hold back newer ones."
        return DeploymentError("expired", message)

    def _require_clock(self, now: float, served_release: ServedRelease) -> None:
        """A clock that lies behind the release would take documents for valid that ended long ago."""
        since, here = datetime.fromisoformat(served_release.since), datetime.fromtimestamp(now, UTC)
        if here < since - _CLOCK_TOLERANCE:
            message = f"The clock of this computer says {here:%Y-%m-%d %H:%M} UTC, which is before the release of "
            message += f"{served_release.version} on {since:%Y-%m-%d %H:%M}. Set the clock."
            raise DeploymentError("clock-wrong", message)


def _digest(document: bytes) -> str:
    return digest_of(document)


def _make_fetcher(server: DocumentSource) -> Any:
    """The fetcher of documents for `tuf`. The class is made here, since its base is not always installed."""
    from tuf.api.exceptions import DownloadError, DownloadHTTPError
    from tuf.ngclient.fetcher import FetcherInterface

    class Fetcher(FetcherInterface):
        refusal: DeploymentError | None = None

        def _fetch(self, url: str) -> Iterator[bytes]:
            try:
                return iter([server.document(url)])
            except DeploymentError as error:
                if error.name == "document-unknown":
                    raise DownloadHTTPError(str(error), 404) from None
                # Any other refusal is no sign that there is no newer root.
                self.refusal = error
                raise DownloadError(str(error)) from None

    return Fetcher()


def name_of_release(name: str, number: int) -> str:
    """Returns the name of the target of a release that a deployment with this name still serves to some devices."""
    return f"{name}/releases/{number}"


def _target_name(url: str) -> str:
    """`acme/door-knock/website` of `https://forge.example/d/acme/door-knock/website`."""
    return unquote(urlsplit(url).path.rstrip("/").partition("/d/")[2])


def _release_of(url: str, target: Any) -> ServedRelease:
    custom = target.unrecognized_fields.get("custom", {})
    digest = f"sha256:{target.hashes.get('sha256', '')}"
    if not 0 < target.length <= LARGEST_RUNE:
        raise DeploymentError("refused", f"The signed documents name a rune of {target.length:,} bytes.")
    return ServedRelease.from_json(
        {
            "version": custom.get("version"),
            "release": custom.get("release"),
            "since": custom.get("since"),
            "rune": {"digest": digest, "size": target.length, "url": f"{url}/{digest}"},
        }
    )


def _parsed_date(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)

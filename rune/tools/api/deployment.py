"""A deployment of a server, as an object that loads its rune."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from rune.digests import digest_of
from rune.running.deployment.cache import CachedRune, RuneCache, default_folder
from rune.running.deployment.errors import DeploymentError
from rune.running.deployment.server import DeploymentServer, ServedRelease
from rune.running.deployment.signature import public_key_text, require_signature
from rune.running.deployment.updates import TrustedUpdates, is_root_digest
from rune.running.runtime import Limits
from rune.tools.api.loading import Rune, load

SECONDS = 10.0
"""The seconds without an answer after which the server counts as away."""


class Deployment:
    """The rune at the address of a deployment.

        address = "https://forge.example/d/acme/door-knock/device"
        knock = Deployment(address, key="hf_dev_…", root="sha256:…").load()
        knock(audio=samples)["scores"]

    `public_key` is the organisation's key as PEM, or the path of its file: only a rune that it signed is loaded (this
    needs the library `cryptography`). `root` is the root document of the organisation's deployments, as bytes or a
    path, or its digest as `sha256:...`: only what the keys of this root, and of roots that follow it, sign as current
    is loaded, from the first load on (this needs the library `tuf`). `cache` is the folder of the last good runes; None
    is the system's own folder for caches.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        public_key: str | bytes | os.PathLike[str] | None = None,
        root: bytes | str | os.PathLike[str] | None = None,
        cache: str | os.PathLike[str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._server = DeploymentServer(url, key, seconds)
        self._public_key = None if public_key is None else public_key_text(public_key)
        folder = Path(cache) if cache is not None else default_folder()
        root_document = _root_of(root)
        self._updates: TrustedUpdates | None = None
        trust = self._public_key
        if root_document is not None:
            self._updates = TrustedUpdates(self._server, root_document, folder / "updates")
            trust = f"{self._public_key}\n{_name_of(root_document)}"
        self._cache = RuneCache(folder, url, trust)
        self.served: ServedRelease | None = None
        """Says which release was loaded; None before `load`."""
        self.age: timedelta | None = None
        """The time since the server last said that this is the current release; None if it answered."""

    def load(self, *, limits: Limits | None = None, now: Callable[[], float] = time.time) -> Rune:
        """The rune that the deployment serves, ready to be called. Its bytes have the digest that the server names.

        Where the server is away, it is the last good one, and `age` says how old that is. Raises `DeploymentError`
        where the server refuses, or where it is away and nothing is stored, and `RuneError` for bytes that are no rune.
        """
        cached_rune = self._cache.read()
        try:
            release = self._release(now)
            data = self._verified_data(release, cached_rune)
        except DeploymentError as error:
            if error.name != "server-away":
                raise
            if cached_rune is None:
                raise DeploymentError("server-away", f"{error} Nothing is stored of an earlier load.") from None
            self.served = cached_rune.served_release
            self.age = timedelta(seconds=max(0.0, now() - cached_rune.confirmed))
            return load(cached_rune.data, limits=limits)
        rune = load(data, limits=limits)
        self._cache.write(release, data)
        self.served, self.age = release, None
        return rune

    def _release(self, now: Callable[[], float]) -> ServedRelease:
        """The release that the deployment serves now. Raises `DeploymentError`."""
        return self._server.served_release() if self._updates is None else self._updates.served_release(now())

    def _verified_data(self, release: ServedRelease, cached_rune: CachedRune | None) -> bytes:
        """The bytes of a release, from the cache if they are there. Raises `DeploymentError`."""
        if cached_rune is not None and release.release < cached_rune.served_release.release:
            raise DeploymentError(
                "older",
                f"The server names release {release.release}, "
                f"and named release {cached_rune.served_release.release} before.",
            )
        if cached_rune is not None and cached_rune.served_release.rune == release.rune:
            data = cached_rune.data
        else:
            data = self._server.rune(release)
        digest = digest_of(data)
        if digest != release.rune:
            raise DeploymentError("damaged", f"The rune has the digest {digest}, not {release.rune}. Load it again.")
        if self._public_key is not None:
            require_signature(self._server.signatures(release), release.rune, self._public_key)
        return data


def _root_of(root: bytes | str | os.PathLike[str] | None) -> bytes | str | None:
    """The bytes of a root document, or its digest."""
    if root is None or isinstance(root, bytes) or (isinstance(root, str) and is_root_digest(root)):
        return root
    return Path(root).read_bytes()


def _name_of(root: bytes | str) -> str:
    """The digest of a root document, in hexadecimal."""
    return root.partition(":")[2] if isinstance(root, str) else hashlib.sha256(root).hexdigest()

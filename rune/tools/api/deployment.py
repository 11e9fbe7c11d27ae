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
from rune.running.deployment.signature import require_signature
from rune.running.deployment.updates import TrustedUpdates, is_root_digest
from rune.running.runtime import Limits
from rune.tools.api.loading import Rune, load

SECONDS = 10.0
"""Without an answer, after which the server counts as away."""


class Deployment:
    """The rune at the address of a deployment.

        knock = Deployment("https://forge.example/d/acme/door-knock/device", key="hf_dev_…").load()
        knock(audio=samples)["scores"]

    `public_key` is the PEM text of the organisation's key: only a rune that it signed is loaded (this needs the library
    `cryptography`). `root` is the root document of the organisation's deployments, as bytes or a path, or its digest as
    `sha256:...`: only what the keys of this root, and of roots that follow it, sign as current is loaded, from the
    first load on (this needs the library `tuf`). `cache` is the folder of the last good runes; None is the system's own
    folder for caches.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        public_key: str | None = None,
        root: bytes | str | os.PathLike[str] | None = None,
        cache: str | os.PathLike[str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._server = DeploymentServer(url, key, seconds)
        self._public_key = public_key
        folder = Path(cache) if cache is not None else default_folder()
        trusted = _root_of(root)
        self._updates = None if trusted is None else TrustedUpdates(self._server, trusted, folder / "updates")
        self._cache = RuneCache(folder, url, public_key if trusted is None else f"{public_key}\n{_name_of(trusted)}")
        self.served: ServedRelease | None = None
        """Which release was loaded; None before `load`."""
        self.age: timedelta | None = None
        """None if the server answered, else how long ago it last said that this is the current release."""

    def load(self, *, limits: Limits | None = None, now: Callable[[], float] = time.time) -> Rune:
        """The rune that the deployment serves, ready to be called. Its bytes have the digest that the server names.

        Where the server is away, it is the last good one, and `age` says how old that is. Raises `DeploymentError`
        where the server refuses, or where it is away and nothing is stored, and `RuneError` for bytes that are no rune.
        """
        stored = self._cache.read()
        try:
            served = self._server.served() if self._updates is None else self._updates.served(now())
            data = self._verified(served, stored)
        except DeploymentError as error:
            if error.name != "server-away":
                raise
            if stored is None:
                raise DeploymentError("server-away", f"{error} Nothing is stored of an earlier load.") from None
            self.served, self.age = stored.served, timedelta(seconds=max(0.0, now() - stored.confirmed))
            return load(stored.data, limits=limits)
        rune = load(data, limits=limits)
        self._cache.write(served, data)
        self.served, self.age = served, None
        return rune

    def _verified(self, served: ServedRelease, stored: CachedRune | None) -> bytes:
        """The bytes of a release, from the cache if they are there. Raises `DeploymentError`."""
        if stored is not None and served.release < stored.served.release:
            raise DeploymentError(
                "older", f"The server names release {served.release}, and named release {stored.served.release} before."
            )
        data = stored.data if stored is not None and stored.served.rune == served.rune else self._server.rune(served)
        digest = digest_of(data)
        if digest != served.rune:
            raise DeploymentError("damaged", f"The rune has the digest {digest}, not {served.rune}. Load it again.")
        if self._public_key is not None:
            require_signature(self._server.signatures(served), served.rune, self._public_key)
        return data


def _root_of(root: bytes | str | os.PathLike[str] | None) -> bytes | str | None:
    """The bytes of a root document, or its digest."""
    if root is None or isinstance(root, bytes) or (isinstance(root, str) and is_root_digest(root)):
        return root
    return Path(root).read_bytes()


def _name_of(root: bytes | str) -> str:
    """The digest of a root document, in hexadecimal."""
    return root.partition(":")[2] if isinstance(root, str) else hashlib.sha256(root).hexdigest()

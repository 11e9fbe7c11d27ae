"""Remembered tokens, one a registry, in a file that only its owner can read. No network here."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rune.tools.remote.errors import CredentialsUnreadable


@dataclass(frozen=True)
class Credentials:
    """Tokens by registry address, and the registry that a name without one means."""

    tokens: Mapping[str, str] = field(default_factory=dict)
    usual: str | None = None


class CredentialStore:
    """The file `credentials.json`; by default in `$XDG_CONFIG_HOME/rune` or `~/.config/rune`."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or _default_path()

    def read(self) -> Credentials:
        """Returns the stored credentials; empty when there is no file. Raises `CredentialsUnreadable`."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
            tokens = content["tokens"]
            usual = content["usual"]
            if not isinstance(tokens, dict) or not all(isinstance(token, str) for token in tokens.values()):
                raise TypeError("tokens")
            if usual is not None and not isinstance(usual, str):
                raise TypeError("usual")
        except FileNotFoundError:
            return Credentials()
        except OSError as error:
            raise CredentialsUnreadable(f"{self.path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise CredentialsUnreadable(f"{self.path} is damaged: delete it and run rune login again") from error
        return Credentials(tokens, usual)

    def remember(self, registry: str, token: str) -> None:
        """Keeps a token, and makes its registry the usual one. Raises `CredentialsUnreadable`."""
        credentials = self.read()
        content = {"tokens": {**credentials.tokens, registry: token}, "usual": registry}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made with mode 600 and moved into place: at no moment can another person read it, or half of it.
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".credentials-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file, indent=2)
                    file.write("\n")
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise CredentialsUnreadable(f"{self.path} cannot be written: {error.strerror}") from error


def _default_path() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "rune" / "credentials.json"

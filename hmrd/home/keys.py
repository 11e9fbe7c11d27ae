"""The key that an organisation keeps at home, in a PEM file that may need a password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import LARGEST_KEY, PrivateKey, is_encrypted, read_private_key


def home_key(path: Path, ask_password: Callable[[str], str]) -> PrivateKey:
    """Returns the key in a file; `ask_password` gets the password of one that is encrypted. Raises `BadKey`."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_KEY + 1)
    except OSError as error:
        raise BadKey(f"{path} cannot be read: {error.strerror}.") from None
    return read_private_key(data, ask_password(f"Password of {path}: ").encode() if is_encrypted(data) else None)

"""Secrets that a device brings when it enrols: a code that a person types, the secret of a label, a batch certificate.

A code has 9 of 32 characters, which is 45 bits, and works for a day: the server limits attempts. The others are read by
machines and have 128 bits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""
CODE_LENGTH: Final = 9
_ALIKE: Final = str.maketrans("ILO", "110")
_CODE: Final = re.compile(rf"[{ALPHABET}]{{{CODE_LENGTH}}}")
SECRET: Final = re.compile(r"[0-9a-f]{32}")
"""The secret of a label or of a batch certificate: 128 bits, in hexadecimal."""
LABEL: Final = re.compile(r"[0-9a-f]{16}")
"""The id on a label: 64 bits, in hexadecimal. The device makes it with its secret."""


def read_code(text: str) -> str | None:
    """Returns the code that a person typed, without spaces and dashes and in its own characters; None if it cannot be
    one.
    """
    code = re.sub(r"[\s-]", "", text).upper().translate(_ALIKE)
    return code if _CODE.fullmatch(code) else None


def shown_code(code: str) -> str:
    """Returns a code as pages show it: `KN4-72Q-8XW`."""
    return "-".join(code[start : start + 3] for start in range(0, CODE_LENGTH, 3))


def label_proof(secret: str, public_key: str, organisation: str) -> str:
    """Proves that who sends a public key has the secret of the label, without sending it: HMAC-SHA256 in hexadecimal.

    The organisation is in it, so that the device joins none but the one that its person named.
    """
    return hmac.new(bytes.fromhex(secret), f"{organisation}\n{public_key}".encode(), hashlib.sha256).hexdigest()

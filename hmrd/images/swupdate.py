"""Images for SWUpdate: a description, its signature and the rune. Pure, and the same bytes for the same input and key.

https://sbabic.github.io/swupdate/sw-description.html and signed_images.html describe them. SWUpdate checks the
signature of the description (CMS with the certificate), and by the description the digest of the rune.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from hmrd.images.cpio import LARGEST_FILE, cpio

DESCRIPTION: Final = "sw-description"
SIGNATURE: Final = "sw-description.sig"
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_BOARD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
"""A name of a setting of libconfig."""
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+")


class ImageRefused(ValueError):
    """An image cannot be made of this, for a reason that its text says."""


@dataclass(frozen=True)
class Hardware:
    """The board that takes an image, and its revision, as SWUpdate is started with: `-H gateway:1.0`."""

    board: str
    revision: str


@dataclass(frozen=True)
class ImageContents:
    """The contents of an image, and where they go."""

    name: str
    version: str
    hardware: Hardware
    path: str
    """The file that the rune becomes on the device."""
    rune: bytes


@dataclass(frozen=True)
class Signer:
    """The owner's key of images, and its certificate, which devices know."""

    key: RSAPrivateKey
    certificate: x509.Certificate


def read_hardware(text: str) -> Hardware:
    """Reads `gateway:1.0`. Raises `ImageRefused`."""
    board, _, revision = text.partition(":")
    if _BOARD.fullmatch(board) is None or _WORD.fullmatch(revision) is None:
        raise ImageRefused(f"{text!r} is not a board and its revision, such as gateway:1.0.")
    return Hardware(board, revision)


def read_signer(key: bytes, certificate: bytes) -> Signer:
    """Reads the key and its certificate from PEM. Raises `ImageRefused`."""
    try:
        private, issued = load_pem_private_key(key, None), x509.load_pem_x509_certificate(certificate)
    except (ValueError, TypeError) as error:
        raise ImageRefused(f"The key or the certificate is no PEM without a password: {error}") from None
    if not isinstance(private, RSAPrivateKey):
        raise ImageRefused("The key is not an RSA key, with which an image is the same bytes each time.")
    if private.public_key() != issued.public_key():
        raise ImageRefused("The certificate is of another key.")
    return Signer(private, issued)


def swupdate_image(contents: ImageContents, signer: Signer) -> bytes:
    """Returns the image. Raises `ImageRefused`."""
    description = describe(contents)
    signature = (
        PKCS7SignatureBuilder()
        .set_data(description)
        .add_signer(signer.certificate, signer.key, hashes.SHA256())
        # Signed attributes would have the time in them.
        .sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoAttributes])
    )
    return cpio([(DESCRIPTION, description), (SIGNATURE, signature), (_file(contents), contents.rune)])


def describe(contents: ImageContents) -> bytes:
    """Returns the description of an image, which its signature is about. Raises `ImageRefused`."""
    for value, pattern, what in (
        (contents.name, _WORD, "name"),
        (contents.version, _WORD, "version"),
        (contents.path, _PATH, "path on the device"),
    ):
        if pattern.fullmatch(value) is None:
            raise ImageRefused(f"{value!r} cannot be the {what}: letters, digits and . _ - only.")
    if not 0 < len(contents.rune) <= LARGEST_FILE:
        raise ImageRefused("The rune is empty, or too large for an image.")
    hardware = contents.hardware
    lines = (
        "software =",
        "{",
        f'  version = "{contents.version}";',
        f'  description = "{contents.name}";',
        f"  {hardware.board} = {{",
        f'    hardware-compatibility: [ "{hardware.revision}" ];',
        "    files: (",
        "      {",
        f'        filename = "{_file(contents)}";',
        f'        path = "{contents.path}";',
        f'        sha256 = "{hashlib.sha256(contents.rune).hexdigest()}";',
        '        properties: { atomic-install = "true"; };',
        "      }",
        "    );",
        "  };",
        "}",
    )
    return ("\n".join(lines) + "\n").encode()


def _file(contents: ImageContents) -> str:
    """Returns the name of the rune in the archive."""
    return f"{contents.name}.rune"

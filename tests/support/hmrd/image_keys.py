"""Keys of images as owners make them with openssl: RSA, with a certificate for themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class ImageKey(NamedTuple):
    """The files of a key and its certificate."""

    key: Path
    certificate: Path


def new_image_key(folder: Path) -> ImageKey:
    """Makes a key as the guide of stock clients says."""
    made = ImageKey(folder / "acme.pem", folder / "acme.crt")
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    request += ["-addext", "extendedKeyUsage=emailProtection"]
    names = ["-subj", "/CN=acme images", "-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    return made

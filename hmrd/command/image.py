"""The command `hmrd image`: signs a rune as an image for an update client of another project."""

from __future__ import annotations

import argparse
from pathlib import Path

from hmrd.images.swupdate import ImageContents, ImageRefused, read_hardware, read_signer, swupdate_image

DEFAULT_FOLDER = "/var/lib/runes"


def add_image(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("rune", type=Path, help=".rune file")
    parser.add_argument("--format", choices=["swupdate"], default="swupdate", help="client that installs it")
    parser.add_argument("--key", type=Path, required=True, help="your RSA key of images, in PEM")
    parser.add_argument("--certificate", type=Path, required=True, help="its certificate, in PEM")
    parser.add_argument("--hardware", required=True, metavar="BOARD:REVISION", help="board that takes it")
    parser.add_argument("--version", required=True, help="version, such as 1.4.0")
    parser.add_argument("--name", help="name; without it that of the file")
    parser.add_argument("--path", help=f"file on the device; without it below {DEFAULT_FOLDER}")
    parser.add_argument("-o", "--output", type=Path, required=True, help="image to write")


def make_image(options: argparse.Namespace) -> str:
    """Writes the image. Returns what was done. Raises `ImageRefused`, also for a file that cannot be read or
    written."""
    name = options.name or options.rune.stem
    contents = ImageContents(
        name=name,
        version=options.version,
        hardware=read_hardware(options.hardware),
        path=options.path or f"{DEFAULT_FOLDER}/{name}.rune",
        rune=_read(options.rune),
    )
    image = swupdate_image(contents, read_signer(_read(options.key), _read(options.certificate)))
    try:
        options.output.write_bytes(image)
    except OSError as error:
        raise ImageRefused(f"{options.output} cannot be written: {error.strerror}.") from None
    return f"Wrote {options.output}, {len(image):,} bytes."


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageRefused(f"{path} cannot be read: {error.strerror}.") from None

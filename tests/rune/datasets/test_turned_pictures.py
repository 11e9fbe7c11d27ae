"""Pictures that their EXIF turns are stored upright; pictures in formats that are not read are refused by name."""

from __future__ import annotations

import io
import json
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rune.datasets.content.content import BadContent
from rune.datasets.content.read import read_content
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.positions import ObjectPosition
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import png
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.protects("recordings/turned-pictures")
CORNERS = np.array([[250, 0, 0, 0], [0, 0, 0, 120]], np.uint8).repeat(16, 0).repeat(16, 1)
"""White at the upper left, grey at the lower right."""
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)


def picture(form: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    target = io.BytesIO()
    Image.fromarray(CORNERS).save(target, form, exif=exif)
    return target.getvalue()


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        return np.asarray(image)


def corners_of(pixels: NDArray[np.uint8]) -> tuple[int, ...]:
    """The shades at the upper left, upper right, lower left and lower right, to the nearest ten."""
    return tuple(round(float(pixels[row, column]), -1) for row in (5, -5) for column in (5, -5))  # type: ignore[misc]


@each_case("form", ["JPEG", "PNG"])
@each_case(
    ("orientation", "corners"),
    [
        (1, (250, 0, 0, 120)),
        (2, (0, 250, 120, 0)),
        (3, (120, 0, 0, 250)),
        (4, (0, 120, 250, 0)),
        (5, (250, 0, 0, 120)),
        (6, (0, 250, 120, 0)),
        (7, (120, 0, 0, 250)),
        (8, (0, 120, 250, 0)),
        (9, (250, 0, 0, 120)),
    ],
)
def test_a_picture_is_stored_upright(form: str, orientation: int, corners: tuple[int, ...]) -> None:
    content = read_content(picture(form, orientation))
    pixels = pixels_of(content.data)
    assert corners_of(pixels) == corners
    assert (content.drawing["height"], content.drawing["width"]) == pixels.shape
    assert (pixels.shape == (64, 32)) == (5 <= orientation <= 8)
    assert read_content(content.data) == content, "what is stored is read again as the same"


def test_a_picture_in_colour_keeps_its_colours_and_nothing_of_its_maker() -> None:
    secret = b"52.5200N 13.4050E mika"
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, secret.decode()
    target = io.BytesIO()
    colours = Image.new("CMYK", (40, 20), (200, 10, 0, 0))
    colours.save(target, "JPEG", exif=exif, comment=secret, quality=70)
    content = read_content(target.getvalue())
    assert secret not in content.data
    with Image.open(io.BytesIO(content.data)) as image:
        assert (image.mode, image.size) == ("CMYK", (20, 40))
        shades = image.getpixel((10, 10))
        assert isinstance(shades, tuple)
        assert all(abs(ours - theirs) < 4 for ours, theirs in zip(shades, (200, 10, 0, 0), strict=True))


@pytest.mark.protects("recordings/damaged-files")
def test_damaged_exif_turns_nothing_and_a_damaged_picture_is_refused() -> None:
    photo = picture("JPEG", 6)
    place = photo.index(b"Exif\0\0")
    for offset in (b"\xff\xff\xff\xff", b"\0\0\0\0"):
        broken_exif = photo[: place + 10] + offset + photo[place + 14 :]
        assert read_content(broken_exif).drawing == {"width": 64, "height": 32}
    frame = photo.index(b"\xff\xc0")
    with pytest.raises(BadContent, match=r"The picture is damaged: it cannot be turned as its EXIF says\."):
        read_content(photo[: frame + 4] + b"\x40" + photo[frame + 5 :])


def test_a_picture_of_16_bits_is_not_turned_at_a_loss() -> None:
    exif = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"eXIf", exif), (b"IDAT", zlib.compress(bytes(13))), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    with pytest.raises(BadContent, match=r"has 16 bits a channel, and its EXIF turns it\. Save it upright"):
        read_content(data)


@pytest.mark.protects("uploads/wrong-positions")
def test_a_box_that_was_drawn_on_the_upright_picture_fits() -> None:
    value = {"x": 10, "y": 20, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["cat"]}
    result = {"type": "rectanglelabels", "original_width": 32, "original_height": 64, "value": value}
    task = {"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": [result]}]}
    files = {"a.jpg": picture("JPEG", 6), "tasks.json": json.dumps([task]).encode()}
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    (item,) = layout.items
    content = read_item(archive, layout, item)
    assert content.drawing == {"width": 32, "height": 64}
    assert positions_of(item, content) == (ObjectPosition("cat", 0.2, 0.3),)


@each_case(
    ("data", "name"),
    [
        (HEIC, "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heicmiaf" + bytes(9), "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf" + bytes(9), "AVIF"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
        (b"GIF89a\1\0\1\0", "GIF"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "BMP"),
    ],
)
def test_a_picture_that_is_not_read_is_refused_by_the_name_of_its_format(data: bytes, name: str) -> None:
    with pytest.raises(BadContent, match=rf"^{name} pictures are not read\. Export as JPEG or PNG and send it again\."):
        read_content(data)


def test_heic_in_an_archive_is_named_in_its_preview() -> None:
    files = {"cat/a.HEIC": HEIC, "cat/b.png": png(), "cat/c.webp": b"RIFF"}
    layout = find_layout(DataArchive(io.BytesIO(zipped(files))))  # type: ignore[arg-type]
    reasons = {each.path: each.reason for each in layout.omissions}
    assert reasons["cat/a.HEIC"].startswith("HEIC pictures are not read. Export as JPEG or PNG")
    assert reasons["cat/c.webp"].startswith("WebP pictures are not read.")


def test_heic_under_the_name_of_a_jpeg_is_named_when_it_is_read() -> None:
    archive = DataArchive(io.BytesIO(zipped({"cat/a.jpg": HEIC, "cat/b.png": png()})))  # type: ignore[arg-type]
    layout = find_layout(archive)
    with pytest.raises(BadContent, match="HEIC pictures are not read"):
        read_item(archive, layout, layout.items[0])

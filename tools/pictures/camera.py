"""Pictures of pages in the sizes and schemes of the documentation, with few colours: `screenshots` takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
EVERY = tuple((size, scheme) for size in SIZES for scheme in SCHEMES)
"""The looks of the main pages."""
WIDE = (("wide", "light"), ("wide", "dark"))
PHONE = (("phone", "light"), ("phone", "dark"))
TWO = (("wide", "light"), ("phone", "dark"))
"""The looks of the other pages: each size and each scheme once."""
COLOURS = 256
"""The colours in each picture's palette: pages have few, and two thirds of the bytes are saved."""


@dataclass(frozen=True)
class Camera:
    """Writes pictures of a page as it is, in the sizes and schemes asked for; of `picture_names` alone, if given."""

    folder: Path
    picture_names: frozenset[str] | None = None

    def shoot(
        self,
        page: Page,
        name: str,
        views: Sequence[tuple[str, str]] = TWO,
        before: Callable[[Page], None] = lambda _: None,
    ) -> None:
        """`before` makes in each view what is to be seen."""
        for size, scheme in views:
            file = f"{name}-{size}-{scheme}.png"
            if self.picture_names is not None and file not in self.picture_names:
                continue
            page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            before(page)
            page.evaluate("document.fonts.ready")
            write(page.screenshot(caret="hide", animations="disabled"), self.folder / file)
        page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        print(f"    {name}", flush=True)


def write(picture: bytes, path: Path) -> None:
    """With few colours, none of them mixed from dots: text stays sharp, grounds and small signs keep their colours."""
    pixels = np.asarray(Image.open(BytesIO(picture)).convert("RGB")).astype(np.int32)
    codes = pixels @ np.array([1 << 16, 1 << 8, 1])
    colours, where, counts = np.unique(codes, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:COLOURS]]
    channels = (_channels(colours)[:, None, :] - _channels(palette)[None, :, :]) ** 2
    indices = channels.sum(axis=2).argmin(axis=1)[where].reshape(codes.shape)
    few = Image.fromarray(indices.astype(np.uint8), "P")
    few.putpalette(_channels(palette).astype(np.uint8).tobytes())
    few.save(path, optimize=True)


def _channels(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the red, green and blue of colours that are one number each."""
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)

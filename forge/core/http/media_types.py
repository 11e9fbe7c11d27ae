"""Media types of what several apps answer."""

from __future__ import annotations

SVG = "image/svg+xml"
ZIP = "application/zip"

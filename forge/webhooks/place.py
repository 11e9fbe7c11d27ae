"""The place of acts on a webhook of an organisation."""

from __future__ import annotations

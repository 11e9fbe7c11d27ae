"""How many sockets each organisation has open at this server process."""

from __future__ import annotations

from forge.core.shares import Shares

sockets_of_organisations = Shares()
"""Held by the stream of the organisation."""

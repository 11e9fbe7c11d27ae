"""How many sockets each organisation has open at this server process."""

from __future__ import annotations

from forge.core.allocations import Allocations

sockets_of_organisations = Allocations()
"""Held by the stream of the organisation."""

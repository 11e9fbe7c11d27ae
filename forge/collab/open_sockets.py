"""The number of sockets that each organisation has open at this server process."""

from __future__ import annotations

from forge.core.allocations import Allocations

sockets_of_organisations = Allocations()
"""The sockets that hold the stream of the organisation."""

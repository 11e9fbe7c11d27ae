"""A device of the organisation, and a deployment that is bound to a group which it is in."""

from __future__ import annotations

from tests.support.forge.assigned_device import assignment as assignment
from tests.support.forge.assigned_device import gate as gate

"""The device and the deployment of the tests of the protocol."""

from __future__ import annotations

from tests.forge.fleet.protocol.conftest import assignment as assignment
from tests.forge.fleet.protocol.conftest import gate as gate

"""The hook of the switch of telemetry."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.deployments.models import Deployment

telemetry_turned_off: Hook[[Deployment], None] = Hook()
"""Ends what works only while a deployment counts. It is called in the transaction that turns telemetry off."""

"""The hooks that learning registers with lower floors."""

from __future__ import annotations

from forge.jobs.kinds import register as register_kind
from forge.learning.conversions.job import CONVERSION
from forge.learning.environments.job import ENVIRONMENT

register_kind(CONVERSION)
register_kind(ENVIRONMENT)

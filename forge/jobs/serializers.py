"""The state of a job as JSON."""

from __future__ import annotations

from typing import Annotated

from forge.core.api.json_types import choices
from forge.jobs.models import JobState

JobStateJson = Annotated[str, choices("JobState", JobState.values)]

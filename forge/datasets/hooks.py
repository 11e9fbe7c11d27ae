"""The hooks of this floor; learning registers with them."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.datasets.tally import SampleTally
from forge.projects.models import Project

data_advice: Hook[[Actor, Project, SampleTally], str] = Hook()
"""Returns a sentence about what the data lacks for training, with what to do; "" where it lacks nothing."""

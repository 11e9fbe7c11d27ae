"""The ways in which a published build or block passed its gate."""

from __future__ import annotations

from django.db import models


class Admission(models.TextChoices):
    """The way in which a build passed the gate of its tag."""

    OPEN = "open", "Not protected"
    PASSED = "passed", "Passed the gate"
    OVERRIDDEN = "overridden", "Overridden by an owner"

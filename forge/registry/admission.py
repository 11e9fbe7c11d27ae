"""How something that is published came past its gate."""

from __future__ import annotations

from django.db import models


class Admission(models.TextChoices):
    """How a build came past the gate of its tag."""

    OPEN = "open", "Not protected"
    PASSED = "passed", "Passed the gate"
    OVERRIDDEN = "overridden", "Overridden by an owner"

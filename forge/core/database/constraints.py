"""Constraints that several tables have."""

from __future__ import annotations

from django.db.models import CheckConstraint, Q


def reason_constraint(time: str, reason: str, *more: str, name: str) -> CheckConstraint:
    """A row with a time (of a withdrawal, for example) has a reason; one without has none, nor `more` about it."""
    neither = Q(**{time: None, **dict.fromkeys((reason, *more), "")})
    return CheckConstraint(condition=neither | (Q(**{f"{time}__isnull": False}) & ~Q(**{reason: ""})), name=name)

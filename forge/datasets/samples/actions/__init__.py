"""What people do with samples. Each function checks the permission, does it, and writes audit entry and event."""

from forge.datasets.samples.actions.add import add_sample
from forge.datasets.samples.actions.delete import delete_sample, end_consents, withdraw_consent
from forge.datasets.samples.actions.mark import Mark, Marked, mark_samples
from forge.datasets.samples.actions.store import SampleOrigin

__all__ = [
    "Mark",
    "Marked",
    "SampleOrigin",
    "add_sample",
    "delete_sample",
    "end_consents",
    "mark_samples",
    "withdraw_consent",
]

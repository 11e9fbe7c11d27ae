"""Actions on samples. Each function checks the permission, does it, and writes audit entry and event."""

from forge.datasets.samples.actions.add import add_sample
from forge.datasets.samples.actions.delete import delete_sample, end_consents, withdraw_consent
from forge.datasets.samples.actions.mark import Marked, SampleMark, mark_samples
from forge.datasets.samples.actions.store import SampleOrigin

__all__ = [
    "Marked",
    "SampleMark",
    "SampleOrigin",
    "add_sample",
    "delete_sample",
    "end_consents",
    "mark_samples",
    "withdraw_consent",
]

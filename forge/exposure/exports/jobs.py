"""The signer's job that signs a list of devices."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.exposure.exports.actions import EXPORT_JOB, sign_export
from forge.jobs.kinds import JobKind
from forge.jobs.models import WorkerCapability

SIGN_EXPORT = JobKind(
    EXPORT_JOB,
    WorkerCapability.SIGN,
    sign_export,
    "Signed list of devices",
    verb=Verb.CHANGE_DEVICES,
    attempts=3,
)

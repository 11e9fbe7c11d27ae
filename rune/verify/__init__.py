"""Verification: whether a rune's results match the reference interpreter's, exactly or within a tolerance for floats.

It compiles, runs and compares; it changes no rune. Proc-blocks are not judged here: they have golden vectors.
"""

from rune.verify.comparison import Figures
from rune.verify.recorded import verify_recorded
from rune.verify.rune_project import NoProject, models_wanted, project_of
from rune.verify.samples import capabilities_of
from rune.verify.verification import (
    DifferingOp,
    ModelVerification,
    Origin,
    RuneVerification,
    Runs,
    Verification,
    VerificationJson,
)
from rune.verify.verifying import Effort, verify

__all__ = [
    "DifferingOp",
    "Effort",
    "Figures",
    "ModelVerification",
    "NoProject",
    "Origin",
    "RuneVerification",
    "Runs",
    "Verification",
    "VerificationJson",
    "capabilities_of",
    "models_wanted",
    "project_of",
    "verify",
    "verify_recorded",
]

"""Artefacts: what a build spec gives, and the files of each."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from forge.accounts.models import Organisation
from forge.core.models import Blob
from rune.digests import DIGEST_LENGTH


class Artefact(models.Model):
    """The result of a build spec: files by role, and the report as data. An organisation has it once, however often
    it is asked for. No two share one: a stranger does not learn that somebody has the same files.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="artefacts")
    spec = models.JSONField()
    """`rune.compiler.building.BuildSpec` as JSON."""
    spec_digest = models.CharField(max_length=DIGEST_LENGTH)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the bytes of the rune, or of the package."""
    size = models.BigIntegerField()
    """Bytes of the rune, or of the package."""
    report = models.JSONField()
    diagnostics = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "spec_digest"], name="one_artefact_a_spec")]

    def __str__(self) -> str:
        return f"{self.name} of {self.version_digest[:19]}"

    @property
    def version_digest(self) -> str:
        """The digest of the files that it was built from."""
        return str(self.spec["version"])

    @property
    def name(self) -> str:
        """The rune's name."""
        return str(self.spec["options"]["name"])

    @property
    def has_policy(self) -> bool:
        """Whether `forge.yml` was read, also where there is none; a preview does not read it."""
        return "policy" in self.report

    @property
    def is_verified(self) -> bool:
        """Whether the rune was compared with the reference; a preview's is not."""
        return "verify" in self.report

    @property
    def is_measured(self) -> bool:
        """Whether a run of it was measured, or tried and found impossible here; a preview's is not."""
        return "run" in self.report

    @property
    def target(self) -> str:
        """The name of the target that it was made for."""
        return str(self.spec["target"])

    @property
    def needs(self) -> dict[str, Any] | None:
        """The resources that a package needs: `rune.devices.boards.describing.NeedsJson`, once they were counted or
        planned."""
        needs: dict[str, Any] | None = self.report.get("needs")
        return needs

    @property
    def planned_memory(self) -> int:
        """Bytes of memory that a run needs beside the model's constants, as the build planned them."""
        memory = self.report["memory"]
        return int(memory["arena"] + memory["serial"])


class FileRole(models.TextChoices):
    """The role of a file in its artefact."""

    RUNE = "rune", "Rune"
    PACKAGE = "package", "Package"
    REPORT = "report", "Report"
    EVALUATION = "evaluation", "Evaluation"
    FIRMWARE = "firmware", "Firmware"


class ArtefactFile(models.Model):
    """A file of an artefact."""

    artefact = models.ForeignKey(Artefact, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(max_length=20, choices=FileRole.choices)
    subject = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """An entry of the activity feed: a person did something, once or several times in an hour; the facts are those of
    the last time."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artefact", "role", "subject"], name="one_file_a_role_and_subject")
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.artefact_id}"

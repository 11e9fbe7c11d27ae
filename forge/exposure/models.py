"""The components of bills of materials, the statuses that people set (VEX), and signed exports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.accounts.models import Organisation
from forge.projects.models import Project
from forge.registry.models import Manifest
from forge.registry.provenance.advisories.osv import LONGEST_ID
from rune.digests import DIGEST_LENGTH

LONGEST_QUERY = 400
"""Characters of what somebody searches for."""
LONGEST_STATEMENT = 2000
"""Characters of the reason of a status, or of what to do."""
LONGEST_COMPONENT = 400
"""Characters of a component's name that is stored."""
_WORD_LENGTH = 60


class ReadBill(models.Model):
    """A manifest of bills of materials whose components are stored. Its bytes never change, so it is read once."""

    manifest = models.OneToOneField(Manifest, on_delete=models.CASCADE, primary_key=True, related_name="+")
    problem = models.CharField(max_length=200, blank=True)
    """The reason why it could not be read, or ""."""

    def __str__(self) -> str:
        return str(self.manifest_id)


class BillComponent(models.Model):
    """A component that a bill of materials names."""

    id = models.BigAutoField(primary_key=True)
    bill = models.ForeignKey(ReadBill, on_delete=models.CASCADE, related_name="components")
    key = models.CharField(max_length=LONGEST_COMPONENT)
    """The name in the form in which names are compared without an ecosystem (`package_name`)."""
    ecosystem = models.CharField(max_length=_WORD_LENGTH, blank=True)
    name = models.CharField(max_length=LONGEST_COMPONENT)
    """The name as the bill has it."""
    version = models.CharField(max_length=LONGEST_COMPONENT, blank=True)
    release = models.CharField(max_length=_WORD_LENGTH, blank=True)
    """The release of the ecosystem, such as `12` of Debian, or ""."""
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of its bytes, or "" if the bill names none."""

    class Meta:
        indexes = [
            models.Index(fields=["key"], name="components_by_key"),
            models.Index(fields=["digest"], condition=~Q(digest=""), name="components_by_digest"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class VexStatus(models.TextChoices):
    """The statuses of a rune for an advisory, in the words of OpenVEX."""

    AFFECTED = "affected", "Affected"
    NOT_AFFECTED = "not_affected", "Not affected"
    FIXED = "fixed", "Fixed"
    UNDER_INVESTIGATION = "under_investigation", "Under investigation"


class VexJustification(models.TextChoices):
    """The reasons of OpenVEX for which a rune is not affected."""

    COMPONENT_NOT_PRESENT = "component_not_present", "The component is not in it"
    VULNERABLE_CODE_NOT_PRESENT = "vulnerable_code_not_present", "The vulnerable code is not in it"
    NOT_IN_EXECUTE_PATH = "vulnerable_code_not_in_execute_path", "The vulnerable code never runs"
    NOT_CONTROLLED = (
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "An attacker cannot control the vulnerable code",
    )
    MITIGATED = "inline_mitigations_already_exist", "Protections inside it prevent an attack"


class VexStatement(models.Model):
    """A status that a person set for a rune and an advisory. The newest one counts; the others are its history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="vex_statements")
    rune = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the rune's bytes."""
    advisory = models.CharField(max_length=LONGEST_ID)
    """The id of the advisory, in capitals."""
    status = models.CharField(max_length=_WORD_LENGTH, choices=VexStatus.choices)
    justification = models.CharField(max_length=_WORD_LENGTH, choices=VexJustification.choices, blank=True)
    """Set of a rune that is not affected, and "" of others."""
    statement = models.TextField(blank=True)
    """The reason of the status, and what to do where it is affected."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status=VexStatus.NOT_AFFECTED) ^ Q(justification=""), name="justified_if_not_affected"
            )
        ]
        indexes = [
            models.Index(fields=["project", "rune", "advisory", "-at"], name="vex_of_a_rune"),
            models.Index(fields=["advisory"], name="vex_of_an_advisory"),
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.advisory}: {self.get_status_display()}"


class ExposureKind(models.TextChoices):
    """The kinds of things that a search names."""

    DIGEST = "digest", "Digest"
    COMPONENT = "component", "Component"
    ADVISORY = "advisory", "Advisory"


class ExposureExport(models.Model):
    """A list of devices that the signer signs for a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="exposure_exports")
    kind = models.CharField(max_length=_WORD_LENGTH, choices=ExposureKind.choices)
    value = models.CharField(max_length=LONGEST_QUERY)
    """The text of the search."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    """The person who asked, who alone may download it: it has what they could see."""
    created = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    """The time at which it was signed; None before."""
    devices = models.PositiveIntegerField(default=0)
    """Devices that it lists."""
    projects = models.JSONField(default=list)
    """The ids of the projects that it names: who may no longer read one does not download it."""
    list_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    list_size = models.BigIntegerField(default=0)
    bundle_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    bundle_size = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The fingerprint of the key that signed it."""

    class Meta:
        indexes = [models.Index(fields=["organisation", "author", "-created"], name="exports_of_a_person")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"

"""Keys of organisations that sign what they publish; the provenance of publications and blocks, and its signatures."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.accounts.models import Organisation
from forge.core.database.constraints import reason_constraint
from rune.tools.signing.keys import Algorithm

FINGERPRINT_LENGTH = 71


class KeyOrigin(models.TextChoices):
    """The place of the private half of a key."""

    SERVER = "server", "Kept by this server"
    """The private key is in the database, encrypted, and the signer signs with it."""
    HOME = "home", "Kept at home"
    """Somebody has it, and signs at home with `rune sign`."""


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    """Keys that sign."""

    def signing(self) -> SigningKeyQuerySet:
        """Keys that make new signatures: an organisation has one at most."""
        return self.filter(retired=None, revoked=None).exclude(fingerprint="")


class SigningKey(models.Model):
    """A key with which an organisation signs what it publishes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="signing_keys")
    origin = models.CharField(max_length=10, choices=KeyOrigin.choices)
    algorithm = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Algorithm])
    fingerprint = models.CharField(max_length=FINGERPRINT_LENGTH, blank=True)
    """Identifies it; "" until the signer has made it."""
    public_key = models.TextField(blank=True)
    """The public key as a PEM file; "" until the signer has made it."""
    sealed = models.TextField(blank=True)
    """The private half of a key that the server keeps, encrypted (`forge.registry.provenance.signing.secret`)."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    retired = models.DateTimeField(null=True, blank=True)
    """The time when another key replaced it, or None if it signs. Its signatures stay valid."""
    revoked = models.DateTimeField(null=True, blank=True)
    """The time when its signatures became invalid, or None if they are valid."""
    revocation = models.TextField(blank=True)
    """The reason."""

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "fingerprint"],
                condition=~Q(fingerprint=""),
                name="one_signing_key_a_fingerprint",
            ),
            reason_constraint("revoked", "revocation", name="a_revocation_has_a_reason"),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.fingerprint or f"{self.algorithm}, not made yet"

    @property
    def is_on_server(self) -> bool:
        """Whether this server has the private half."""
        return self.origin == KeyOrigin.SERVER

    @property
    def is_signing(self) -> bool:
        """Whether the key makes new signatures."""
        return bool(self.fingerprint) and self.retired is None and self.revoked is None


class StatementRecord(models.Model):
    """The unsigned statement of where something published came from."""

    statement = models.ForeignKey("registry.Manifest", on_delete=models.CASCADE, related_name="+")
    """The artifact of the statement, without a signature."""
    created = models.DateTimeField()

    class Meta:
        abstract = True


class KeySignature(models.Model):
    """A signature of a statement by a key of the organisation. The server has verified it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    manifest = models.ForeignKey("registry.Manifest", on_delete=models.CASCADE, related_name="+")
    """The artifact of the bundle."""
    created = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["-created"]


class ProvenanceRecord(StatementRecord):
    """The statement of where a publication came from, which lists of referrers give with the documents beside it."""

    publication = models.OneToOneField(
        "registry.Publication", on_delete=models.CASCADE, primary_key=True, related_name="provenance"
    )

    def __str__(self) -> str:
        return f"provenance of {self.publication_id}"


class Signature(KeySignature):
    """A signature of a statement about a published rune by a key of the organisation. The server has verified it."""

    publication = models.ForeignKey("registry.Publication", on_delete=models.CASCADE, related_name="signatures")
    key = models.ForeignKey(SigningKey, on_delete=models.CASCADE, related_name="signatures")

    class Meta(KeySignature.Meta):
        constraints = [models.UniqueConstraint(fields=["publication", "key"], name="one_signature_a_key")]

    def __str__(self) -> str:
        return f"signature of {self.publication_id} by {self.key_id}"


class BlockProvenanceRecord(StatementRecord):
    """The statement of where a version of a block came from, which lists of referrers give."""

    block = models.OneToOneField(
        "registry.BlockVersion", on_delete=models.CASCADE, primary_key=True, related_name="provenance"
    )

    def __str__(self) -> str:
        return f"provenance of {self.block_id}"


class PublishedBlockSignature(KeySignature):
    """A signature of a statement about a version of a block by a key of the organisation.

    The server has verified it.
    """

    block = models.ForeignKey("registry.BlockVersion", on_delete=models.CASCADE, related_name="signatures")
    key = models.ForeignKey(SigningKey, on_delete=models.CASCADE, related_name="block_signatures")

    class Meta(KeySignature.Meta):
        constraints = [models.UniqueConstraint(fields=["block", "key"], name="one_block_signature_a_key")]

    def __str__(self) -> str:
        return f"signature of {self.block_id} by {self.key_id}"

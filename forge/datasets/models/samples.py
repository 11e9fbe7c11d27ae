"""Samples, and the people and devices that they come from."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models.consents import Consent
from forge.datasets.models.data_sets import DataSet
from forge.datasets.models.removals import SampleRemoval
from forge.datasets.sample_uses import SampleUse, UsePlace, use_condition
from forge.projects.models import Project
from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.table import MEDIA_TYPE as TABLE_TYPE
from rune.datasets.label_names import WORD_LIMIT
from rune.datasets.splits import Split
from rune.digests import DIGEST_LENGTH


class SampleKind(models.TextChoices):
    """The sensor of a sample."""

    SOUND = Kind.SOUND.value, "Sound"
    PICTURE = Kind.PICTURE.value, "Picture"
    MOTION = Kind.MOTION.value, "Motion"
    TABLE = Kind.TABLE.value, "Table"


RECORDED_KINDS = (SampleKind.SOUND, SampleKind.PICTURE, SampleKind.MOTION)
"""The kinds that phones record, and that the preview of the studio replays."""
MEDIA_TYPES = {
    "audio/wav": SampleKind.SOUND,
    "image/png": SampleKind.PICTURE,
    "image/jpeg": SampleKind.PICTURE,
    "text/csv": SampleKind.MOTION,
    TABLE_TYPE: SampleKind.TABLE,
}
"""The media types of samples, with what was recorded."""
ENDINGS = {"audio/wav": "wav", "image/png": "png", "image/jpeg": "jpg", "text/csv": "csv", TABLE_TYPE: "csv"}
"""The ends of names of files, by media type."""


class SampleSplit(models.TextChoices):
    """The purpose of a sample."""

    TRAIN = Split.TRAIN.value, "Train"
    VALIDATION = Split.VALIDATION.value, "Validation"
    TEST = Split.TEST.value, "Test"


class SampleQuality(models.TextChoices):
    """The verdict on whether a recording is likely to be of use."""

    GOOD = Quality.GOOD.value, "Good"
    QUIET = Quality.QUIET.value, "Too quiet"
    CLIPPED = Quality.CLIPPED.value, "Overdriven"
    STILL = Quality.STILL.value, "No motion"
    UNCHECKED = Quality.UNCHECKED.value, "Not checked"


class SampleSource(models.TextChoices):
    """The source from which a sample came into the data set."""

    UPLOAD = "upload", "Uploaded"
    IMPORT = "import", "Imported"
    PHONE = "phone", "Recorded with a phone"
    GUEST = "guest", "Sent by a guest"
    DEVICE = "device", "Sent by a device whose owner agreed"
    PAGE = "page", "Sent by a web page whose person agreed"
    FILE = "file", "Was a file of the project"
    EXAMPLE = "example", "Example, computed by Hammer Forge"


class Group(models.Model):
    """Somebody or something that samples come from. All samples of a group are in one split.

    It stays when its samples are deleted, so that further samples of it go where the first ones were.
    """

    id = models.BigAutoField(primary_key=True)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="groups")
    number = models.PositiveIntegerField()
    pseudonym = models.CharField(max_length=WORD_LIMIT, blank=True)
    """The pseudonym of the sender; "" for somebody with an account."""
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    split = models.CharField(max_length=10, choices=SampleSplit.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_set", "number"], name="one_group_a_number"),
            models.UniqueConstraint(
                fields=["data_set", "pseudonym"], condition=~Q(pseudonym=""), name="one_group_a_pseudonym"
            ),
            models.UniqueConstraint(fields=["data_set", "person"], name="one_group_a_person"),
        ]

    def __str__(self) -> str:
        return self.pseudonym or (str(self.person) if self.person else f"Person {self.number}")


class SampleQuerySet(models.QuerySet["Sample"]):
    """Samples, as seen by someone."""

    def visible_to(self, actor: Actor) -> SampleQuerySet:
        """Returns the samples of projects that the person may read, and the person's own wherever they are."""
        if not actor.is_authenticated:
            return self.none()
        is_readable = Q(data_set__project__in=Project.objects.of_member(actor))
        return self.filter(is_readable | Q(consent__person=actor.pk) if actor.restriction is None else is_readable)

    def available(self) -> SampleQuerySet:
        """Returns the samples whose bytes are stored."""
        return self.filter(removed=None)

    def for_use(self, use: SampleUse, place: UsePlace = UsePlace.HERE) -> SampleQuerySet:
        """Returns the samples that are stored and whose consent covers a use now. Whatever reads samples asks this."""
        return self.available().filter(use_condition(use, place))

    def included(self) -> SampleQuerySet:
        """Returns the samples that versions are saved with: labelled, and not excluded."""
        return self.filter(is_excluded=False).exclude(label="")


class Sample(models.Model):
    """A recording with a label. The row outlives the bytes: versions that had it have a tombstone instead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="samples")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=SampleKind.choices)
    media_type = models.CharField(max_length=20)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    size = models.BigIntegerField()
    milliseconds = models.PositiveIntegerField(default=0)
    """How long a sound lasts; 0 for what has no rate."""
    drawing = models.JSONField(default=dict)
    """The data for drawing it (`rune.datasets.content.content.Content`); empty once the bytes are deleted."""
    quality = models.CharField(max_length=10, choices=SampleQuality.choices)
    label = models.CharField(max_length=WORD_LIMIT, blank=True)
    """"" until somebody labels it."""
    events = models.JSONField(null=True, blank=True)
    """The places of labels in a long recording: `[{"label", "start", "end"}]`, in seconds. None: the label holds for
    all of it."""
    positions = models.JSONField(null=True, blank=True)
    """The positions of objects in a picture, as `rune.datasets.positions` writes them. None: nobody marked it. Empty:
    somebody found no object in it."""
    labelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_disputed = models.BooleanField(default=False, db_default=False)
    """Whether two people gave it different labels in the queue, and nobody settled it."""
    split = models.CharField(max_length=10, choices=SampleSplit.choices)
    """The split of its group. It never changes."""
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.RESTRICT, related_name="samples")
    """The group of its person; None for a sample of nobody, such as a picture of a thing."""
    device = models.CharField(max_length=WORD_LIMIT, blank=True)
    source = models.CharField(max_length=10, choices=SampleSource.choices)
    consent = models.ForeignKey(Consent, on_delete=models.RESTRICT, related_name="samples")
    is_excluded = models.BooleanField(default=False)
    """Whether versions are saved without it."""
    tested_since = models.PositiveIntegerField(null=True, blank=True)
    """The number of the first version that has it as a test sample. From that version on, only owners change it."""
    revision = models.PositiveBigIntegerField()
    """The revision of the data set at which it changed last."""
    created = models.DateTimeField(default=timezone.now)
    removed = models.DateTimeField(null=True, blank=True)
    """The time when it was deleted."""
    removal_reason = models.CharField(max_length=10, blank=True)
    """`withdrawn`, `deleted` or `ended`."""
    removal = models.ForeignKey(SampleRemoval, null=True, blank=True, on_delete=models.SET_NULL, related_name="samples")
    """The removal that deleted it; None before, and for samples of before there were such rows."""
    erased = models.DateTimeField(null=True, blank=True)
    """The time when its bytes were gone from the disk as well."""

    objects = SampleQuerySet.as_manager()

    @property
    def is_replayable(self) -> bool:
        """Whether the preview of the studio can have a rune read it."""
        return self.kind in RECORDED_KINDS

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_set", "number"], name="one_sample_a_number"),
            models.UniqueConstraint(
                fields=["data_set", "digest"], condition=Q(removed=None), name="one_sample_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(erased=None) | Q(removed__isnull=False), name="erased_data_samples_are_removed"
            ),
        ]
        indexes = [
            # All that `forge.datasets.tally` reads, so it reads no row. Without `removed` SQLite would read each.
            models.Index(
                fields=[
                    "data_set",
                    "label",
                    "split",
                    "group",
                    "device",
                    "is_excluded",
                    "consent",
                    "milliseconds",
                    "is_disputed",
                    "revision",
                    "removed",
                ],
                condition=Q(removed=None),
                name="samples_by_tally",
            ),
            models.Index(fields=["data_set", "label", "number"], condition=Q(removed=None), name="samples_by_label"),
            models.Index(fields=["data_set"], condition=Q(is_disputed=True), name="samples_in_dispute"),
            models.Index(fields=["data_set"], condition=Q(positions__isnull=False), name="samples_with_positions"),
            models.Index(fields=["removed"], condition=Q(removed__isnull=False, erased=None), name="samples_to_erase"),
        ]
        ordering = [F("number").desc()]

    def __str__(self) -> str:
        return f"{self.number:04d} {self.label}"

"""Reads samples that came into a data set by an upgrade, which reads no files: their length, quality and drawing."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from forge.accounts.principals import INSTALLATION
from forge.core.blobs.chunks import read_chunks
from forge.core.blobs.store import open_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import ContentRefused
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleSource
from forge.datasets.samples.content import checked_content
from rune.datasets.content.content import Content

BATCH = 200
"""Samples that are read before the server does other things again."""


def draw_moved_samples() -> None:
    """Completes at most `BATCH` samples. What cannot be read gets a drawing without anything in it, `{"rate": 0}`."""
    rows = Sample.objects.available().filter(source=SampleSource.FILE, drawing={}).order_by("pk")
    columns = rows.values_list("pk", "digest", "data_set__project__organisation")[:BATCH]
    contents = {pk: _content(organisation, digest) for pk, digest, organisation in columns}
    for data_set_id in Sample.objects.filter(pk__in=contents).order_by().values_list("data_set", flat=True).distinct():
        with (change := DataSetChange(data_set_id)) as data_set:
            samples = Sample.objects.available().filter(data_set=data_set, pk__in=contents)
            for sample in samples:
                content = contents[sample.pk]
                sample.drawing = dict(content.drawing) if content is not None else {"rate": 0}
                if content is not None:
                    sample.quality, sample.milliseconds = content.quality.value, content.milliseconds
                sample.revision = data_set.revision
            Sample.objects.bulk_update(samples, ["drawing", "quality", "milliseconds", "revision"])
            change.announce(INSTALLATION)


def _content(organisation: UUID, digest: str) -> Content | None:
    try:
        return checked_content(organisation, read_chunks(partial(open_blob, digest)))
    except (NotFound, BytesDamaged, ContentRefused):
        return None

"""Reads samples that came into a data set by an upgrade, which reads no files: their length, quality and drawing."""

from __future__ import annotations

from forge.accounts.principals import INSTALLATION
from forge.core.blobs.store import read_blob
from forge.core.errors import Damaged, NotFound
from forge.datasets.actions import DataSetChange
from forge.datasets.models import Sample
from forge.datasets.samples.models import SampleSource
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import read_content

BATCH = 200
"""Samples that are read before the server does other things again."""


def draw_moved_samples() -> None:
    """Completes at most `BATCH` samples. What cannot be read gets a drawing without anything in it, `{"rate": 0}`."""
    rows = Sample.objects.available().filter(source=SampleSource.FILE, drawing={}).order_by("pk")
    drawn = {pk: _content(digest) for pk, digest in rows.values_list("pk", "digest")[:BATCH]}
    for data_set_id in Sample.objects.filter(pk__in=drawn).order_by().values_list("data_set", flat=True).distinct():
        with (change := DataSetChange(data_set_id)) as data_set:
            samples = Sample.objects.available().filter(data_set=data_set, pk__in=drawn)
            for sample in samples:
                content = drawn[sample.pk]
                sample.drawing = dict(content.drawing) if content is not None else {"rate": 0}
                if content is not None:
                    sample.quality, sample.milliseconds = content.quality.value, content.milliseconds
                sample.revision = data_set.revision
            Sample.objects.bulk_update(samples, ["drawing", "quality", "milliseconds", "revision"])
            change.tell(INSTALLATION)


def _content(digest: str) -> Content | None:
    try:
        return read_content(read_blob(digest))
    except (NotFound, Damaged, BadContent):
        return None

"""Reading the images of releases, for stock clients."""

from __future__ import annotations

from uuid import UUID

from forge.deployments.images.models import ReleaseImage
from forge.fleet.hooks import StockImage


def image_of_release(deployment: UUID, number: int) -> StockImage | None:
    """Returns the image of a release that a device shall run; None of one without an image."""
    row = ReleaseImage.objects.filter(release__deployment=deployment, release__number=number).first()
    return None if row is None else StockImage(row.name, row.digest, row.size, row.sha1, row.md5)

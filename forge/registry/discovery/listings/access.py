"""Finding rows of Explore by what is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from forge.core.actors import Actor
from forge.registry.models import Listing, ListingQuerySet


def listed(
    actor: Actor, words: Sequence[str] = (), sensor: str = "", licence: str = "", largest: int | None = None
) -> ListingQuerySet:
    """Listings for somebody: with all of these words in its names or its description, that reads this sensor, is
    under this licence, and has at most so many bytes.
    """
    listings = Listing.objects.visible_to(actor)
    for word in words:
        project, organisation = "repository__project__", "repository__project__organisation__"
        listings = listings.filter(
            Q(**{f"{project}name__icontains": word})
            | Q(**{f"{project}description__icontains": word})
            | Q(**{f"{organisation}name__icontains": word})
            | Q(**{f"{organisation}title__icontains": word})
        )
    if sensor:
        listings = listings.filter(sensors__contains=f" {sensor} ")
    if licence:
        listings = listings.filter(licence=licence)
    if largest is not None:
        listings = listings.filter(size__lte=largest)
    return listings

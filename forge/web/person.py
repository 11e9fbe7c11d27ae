"""A person's page: what they say of themself, what they published, and their organisations."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.models import Organisation, User
from forge.accounts.people.access import find_person, is_among_colleagues, shared_organisations
from forge.accounts.principals import Principal, principal_of
from forge.core.http.paging import rows_of
from forge.registry.models import Listing
from forge.web.explore import complete, rune_cards

RUNES_SHOWN = 12


def person_page(request: HttpRequest, person: UUID) -> HttpResponse:
    """The page, for colleagues, or for everybody where the person wants that."""
    principal = principal_of(request)
    user = find_person(principal, person)
    runes = complete(Listing.objects.visible_to(principal).filter(tag__author=user))
    rows, pages = rows_of(request, runes, RUNES_SHOWN, at="published")
    is_colleague = is_among_colleagues(principal, user)
    context = {
        "whose": user,
        "is_self": user.pk == principal.pk,
        "is_colleague": is_colleague,
        "organisations": shared_organisations(principal, user) if is_colleague else _sharing(principal, user),
        "cards": rune_cards(rows),
        "pages": pages,
    }
    return render(request, "site/person.html", context)


def _sharing(principal: Principal, person: User) -> list[Organisation]:
    """The person's organisations that share a rune which who asks may see, by name: others are not listed."""
    runes = Listing.objects.visible_to(principal).filter(repository__project__organisation__memberships__user=person)
    organisations = {
        rune.repository.project.organisation for rune in runes.select_related("repository__project__organisation")
    }
    return sorted(organisations, key=lambda each: each.name)

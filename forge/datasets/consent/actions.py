"""Agreeing to give recordings."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import SignInNeeded
from forge.datasets.consent.models import Consent
from forge.datasets.consent.terms import Purpose, Terms, terms_for
from forge.datasets.errors import ConsentDiffers
from forge.datasets.models import DataSet
from forge.projects.access import require
from forge.projects.models import Project


@transaction.atomic
def agree(actor: Actor, project: Project, *, purposes: frozenset[Purpose], days: int, text: str) -> Consent:
    """Stores that a person agreed to the terms that they read, `text`. Their recordings of the next hours are sent
    under it. Raises `ConsentDiffers` when the terms are others by now, `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.GIVE_SAMPLE, project)
    if actor.person is None:
        raise SignInNeeded("Sign in to give recordings.")
    consent = store_consent(project, terms_for(project, purposes, days), text, actor.person)
    write_entry(actor, "data.agree", project.stream, project.place, consent=str(consent.pk))
    return consent


def store_consent(project: Project, terms: Terms, text: str, person: User | None) -> Consent:
    """Creates the row of a consent to the terms of now; `person` is None for a guest. Raises `ConsentDiffers` unless
    `text` is what the terms say."""
    if text != terms.text:
        raise ConsentDiffers("The terms have changed since you read them. Read them again.")
    return Consent.objects.create(
        data_set=DataSet.objects.get_or_create(project=project)[0],
        person=person,
        text=terms.text,
        for_tests=Purpose.TESTS in terms.purposes,
        for_training=Purpose.TRAINING in terms.purposes,
        for_readers=Purpose.READERS in terms.purposes,
        for_other_projects=Purpose.OTHER_PROJECTS in terms.purposes,
        ends=terms.ends,
    )

"""Agreeing to give recordings."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import SignInNeeded
from forge.datasets.consent.models import Consent
from forge.datasets.consent.terms import Purpose, terms_for
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
    terms = terms_for(project, purposes, days)
    if text != terms.text:
        raise ConsentDiffers("The terms have changed since you read them. Read them again.")
    consent = Consent.objects.create(
        data_set=DataSet.objects.get_or_create(project=project)[0],
        person=actor.person,
        text=terms.text,
        for_tests=Purpose.TESTS in purposes,
        for_training=Purpose.TRAINING in purposes,
        for_readers=Purpose.READERS in purposes,
        for_other_projects=Purpose.OTHER_PROJECTS in purposes,
        ends=terms.ends,
    )
    write_entry(actor, "data.agree", project.stream, project.place, consent=str(consent.pk))
    return consent

"""Agreeing to give recordings, and agreeing to other terms later."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import nothing_here
from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import SignInNeeded
from forge.datasets.actions import DataSetChange
from forge.datasets.consent_terms import Purpose, Terms, terms_for
from forge.datasets.errors import ConsentDiffers, ConsentOver
from forge.datasets.hooks import SampleScope, interrupt
from forge.datasets.models import DataImport, DataSet, Sample
from forge.datasets.models.consents import Consent
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


def agree_anew(actor: Actor, consent: Consent, *, purposes: frozenset[Purpose], days: int, text: str) -> Consent:
    """Stores that a person agreed to other terms, `text`, for the samples of an earlier consent of theirs, which the
    new one replaces. What works with the samples is stopped where the new one allows less.

    Raises `ConsentOver`, `ConsentDiffers` when the terms are others by now, `Invalid`, and `Forbidden` or `NotFound`.
    """
    project = consent.data_set.project
    if actor.pk is None or consent.person_id != actor.pk:
        raise nothing_here(actor)
    require(actor, Verb.GIVE_SAMPLE, project)
    terms = terms_for(project, purposes, days)
    with (change := DataSetChange(consent.data_set_id)) as data_set:
        earlier = Consent.objects.in_force().filter(pk=consent.pk).first()
        if earlier is None:
            raise ConsentOver("This consent was withdrawn, has ended, or you agreed to other terms meanwhile.")
        new_consent = store_consent(project, terms, text, actor.person)
        samples = Sample.objects.available().filter(consent=earlier)
        numbers = list(samples.values_list("number", flat=True))
        if not purposes_of(earlier) <= purposes:
            interrupt(SampleScope(data_set.pk, numbers), "The person who gave samples agreed to fewer uses of them.")
        samples.update(consent=new_consent, revision=data_set.revision)
        DataImport.objects.filter(consent=earlier).update(consent=new_consent)
        Consent.objects.filter(pk=earlier.pk).update(replaced_by=new_consent)
        change.note(actor, "data.agree-anew", count=len(numbers))
    return new_consent


def purposes_of(consent: Consent) -> frozenset[Purpose]:
    """The purposes that a consent covers."""
    coverage = {
        Purpose.TESTS: consent.for_tests,
        Purpose.TRAINING: consent.for_training,
        Purpose.READERS: consent.for_readers,
        Purpose.OTHER_PROJECTS: consent.for_other_projects,
        Purpose.ASSISTANTS: consent.for_assistants,
    }
    return frozenset(purpose for purpose, is_covered in coverage.items() if is_covered)


def store_consent(project: Project, terms: Terms, text: str, person: User | None) -> Consent:
    """Creates the row of a consent to the terms of now; `person` is None for a guest. Raises `ConsentDiffers` unless
    `text` is what the terms say."""
    if text != terms.text:
        raise ConsentDiffers("The terms have changed since you read them. Read them again.")
    data_set, _ = DataSet.objects.get_or_create(project=project)
    return Consent.objects.create(
        data_set=data_set,
        person=person,
        text=terms.text,
        for_tests=Purpose.TESTS in terms.purposes,
        for_training=Purpose.TRAINING in terms.purposes,
        for_readers=Purpose.READERS in terms.purposes,
        for_other_projects=Purpose.OTHER_PROJECTS in terms.purposes,
        for_assistants=Purpose.ASSISTANTS in terms.purposes,
        ends=terms.ends,
        is_restricted=terms.is_restricted,
    )

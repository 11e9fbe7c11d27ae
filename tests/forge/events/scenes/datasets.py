"""Scenes of a project's data: samples come, are labelled and deleted, and versions are saved."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forge.datasets.actions import DataSetChange
from forge.datasets.analysis.actions import announce_analysis, start_analysis
from forge.datasets.collecting.actions import links, submissions
from forge.datasets.collecting.task import Task
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose, terms_for
from forge.datasets.imports import actions as imports
from forge.datasets.labelling import actions as labelling
from forge.datasets.models import DataImport, Sample
from forge.datasets.models.imports import ImportState
from forge.datasets.models.removals import RemovalReason
from forge.datasets.models.samples import SampleKind
from forge.datasets.recordings import actions as recordings
from forge.datasets.recordings.access import recording_terms
from forge.datasets.removals import actions as removals
from forge.datasets.removals.actions import remove_samples
from forge.datasets.samples import actions as samples
from forge.datasets.versions.actions import save_for_build, save_version
from rune.datasets.parts.search import Part
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.recordings import consent_of, guest_of, loud, sample_of, submission_of
from tests.support.forge.factories.samples import zipped


def _sample(world: EventWorld) -> Sample:
    return sample_of(consent_of(world.developer, world.project), world.developer)


@scene(samples.add_sample)
def a_recording_comes_into_the_data(world: EventWorld) -> Act:
    consent = consent_of(world.developer, world.project)
    return lambda: sample_of(consent, world.developer)


@scene(recordings.send_sample)
def a_recording_is_sent_from_the_studio(world: EventWorld) -> Act:
    terms = recording_terms(world.project).text
    return lambda: recordings.send_sample(
        world.developer, world.project, [b"1,2,3\n"], label="up", days=90, consent=terms
    )


@scene(recordings.store_read_sample)
def a_recording_that_was_read_is_stored(world: EventWorld) -> Act:
    terms = recording_terms(world.project).text
    sample = recordings.read_sample(world.developer, world.project, [b"1,2,3\n"], label="up", days=90, consent=terms)
    return lambda: recordings.store_read_sample(world.developer, world.project, sample)


@scene(recordings.import_samples)
def an_archive_of_labelled_recordings_is_imported(world: EventWorld) -> Act:
    consent = recording_terms(world.project).text
    archive = zipped({"yes/1.csv": b"1,2,3\n", "no/2.csv": b"4,5,6\n"})
    return lambda: recordings.import_samples(world.developer, world.project, [archive], days=90, consent=consent)


@scene(save_for_build)
def a_build_saves_the_data(world: EventWorld) -> Act:
    _test_sample(world)
    return lambda: save_for_build(world.project)


def _test_sample(world: EventWorld) -> Sample:
    purposes = frozenset({Purpose.TESTS})
    return sample_of(consent_of(world.developer, world.project, purposes=purposes), world.developer)


def _import(world: EventWorld) -> DataImport:
    return imports.begin_import(world.developer, consent_of(world.developer, world.project), 5, imports.Defaults())


@scene(imports.begin_import)
def an_import_into_the_data_begins(world: EventWorld) -> Act:
    consent = consent_of(world.developer, world.project)
    return lambda: imports.begin_import(world.developer, consent, 5, imports.Defaults())


@scene(imports.receive_piece)
def the_last_bytes_of_an_import_come(world: EventWorld) -> Act:
    row = _import(world)
    return lambda: imports.receive_piece(world.developer, row, 0, [b"bytes"])


@scene(imports.announce_import)
def the_job_of_an_import_goes_on(world: EventWorld) -> Act:
    row = _import(world)
    return lambda: imports.announce_import(row, world.developer)


@scene(imports.start_import)
def an_import_is_started(world: EventWorld) -> Act:
    row = _import(world)
    omissions: dict[str, object] = {"omissions": [], "omission_count": 0}
    description = {"recordings": 1, "labels": {"knock": 1}, "unlabelled": 0} | omissions
    DataImport.objects.filter(pk=row.pk).update(state=ImportState.READY, description=description)
    return lambda: imports.start_import(world.developer, row, ["knock"])


@scene(imports.discard_import)
def an_import_is_discarded(world: EventWorld) -> Act:
    row = _import(world)
    return lambda: imports.discard_import(world.developer, row)


@scene(start_analysis)
def an_analysis_of_the_data_starts(world: EventWorld) -> Act:
    _sample(world)
    return lambda: start_analysis(world.developer, world.project)


@scene(announce_analysis)
def an_analysis_of_the_data_ends(world: EventWorld) -> Act:
    data_set = _sample(world).data_set
    return lambda: announce_analysis(data_set, world.developer)


@scene(samples.mark_samples)
def a_sample_of_the_data_is_labelled(world: EventWorld) -> Act:
    marks = [samples.SampleMark(_sample(world).number, "glass", True)]
    return lambda: samples.mark_samples(world.developer, world.project, marks, 1)


@scene(labelling.label_in_queue)
def a_sample_is_labelled_in_the_queue(world: EventWorld) -> Act:
    number = _sample(world).number
    return lambda: labelling.label_in_queue(world.developer, world.project, number, "glass", settles=True)


@scene(labelling.undo_in_queue)
def a_label_of_the_queue_is_undone(world: EventWorld) -> Act:
    number = _sample(world).number
    labelling.label_in_queue(world.developer, world.project, number, "glass", settles=True)
    return lambda: labelling.undo_in_queue(world.developer, world.project, number)


@scene(removals.delete_sample)
def a_sample_of_the_data_is_deleted(world: EventWorld) -> Act:
    sample = _sample(world)
    return lambda: removals.delete_sample(world.developer, sample)


@scene(removals.delete_samples)
def some_samples_of_the_data_are_deleted(world: EventWorld) -> Act:
    consent = consent_of(world.developer, world.project)
    numbers = [sample_of(consent, world.developer).number for _ in range(2)]
    return lambda: removals.delete_samples(world.developer, world.project, numbers)


@scene(samples.cut_sample)
def a_recording_is_cut_into_parts(world: EventWorld) -> Act:
    whole = sample_of(consent_of(world.developer, world.project), world.developer, loud(length=16_000))
    parts = [samples.LabelledPart(Part(start, start + 300), "knock") for start in (0, 400)]
    return lambda: samples.cut_sample(world.developer, whole, parts, 1)


@scene(removals.withdraw_consent)
def the_consent_for_a_sample_of_a_version_is_withdrawn(world: EventWorld) -> Act:
    sample = _sample(world)
    save_version(world.developer, world.project, revision=1)
    return lambda: removals.withdraw_consent(world.developer, sample.consent)


@scene(remove_samples)
def samples_of_the_data_are_removed(world: EventWorld) -> Act:
    sample = _sample(world)

    def remove() -> None:
        with (change := DataSetChange(sample.data_set_id)) as data_set:
            remove_samples(data_set, Sample.objects.filter(pk=sample.pk), RemovalReason.DELETED, world.developer)
            change.note(world.developer, "data.delete", number=sample.number)

    return remove


@scene(agree_anew)
def somebody_agrees_to_other_terms(world: EventWorld) -> Act:
    sample = _sample(world)
    text = terms_for(world.project, DEFAULT_PURPOSES, 30).text
    return lambda: agree_anew(world.developer, sample.consent, purposes=DEFAULT_PURPOSES, days=30, text=text)


@scene(removals.end_consents)
def the_time_of_a_sample_of_the_data_is_over(world: EventWorld) -> Act:
    _sample(world)
    return lambda: removals.end_consents(timezone.now() + timedelta(days=91))


@scene(save_version)
def a_version_of_the_data_is_saved(world: EventWorld) -> Act:
    _sample(world)
    return lambda: save_version(world.developer, world.project, revision=1)


@scene(submissions.submit)
def a_guest_sends_a_recording(world: EventWorld) -> Act:
    guest = guest_of(world.owner, world.project)
    return lambda: submissions.submit(guest, [loud()], device="")


@scene(submissions.submit_under)
def a_recording_is_sent_under_a_consent(world: EventWorld) -> Act:
    guest = guest_of(world.owner, world.project)
    consent = guest.consent
    assert consent is not None
    return lambda: submissions.submit_under(guest, [loud()], device="", require_consent=lambda: consent)


@scene(links.add_recording)
def a_recording_comes_through_a_link(world: EventWorld) -> Act:
    guest = guest_of(world.owner, world.project)
    return lambda: links.add_recording(guest, [loud()], label="knock", device="", address="192.0.2.1")


@scene(submissions.accept_submissions)
def a_recording_of_a_guest_is_accepted(world: EventWorld) -> Act:
    submission = submission_of(world.owner, world.project)
    return lambda: submissions.accept_submissions(world.developer, world.project, [submission.pk])


@scene(submissions.refuse_submissions)
def a_recording_of_a_guest_is_refused(world: EventWorld) -> Act:
    submission = submission_of(world.owner, world.project)
    return lambda: submissions.refuse_submissions(world.developer, world.project, [submission.pk])


@scene(submissions.withdraw_as_guest)
def a_guest_deletes_what_they_sent(world: EventWorld) -> Act:
    submission = submission_of(world.owner, world.project)
    submissions.accept_submissions(world.developer, world.project, [submission.pk])
    return lambda: submissions.withdraw_as_guest(submission.collector)


@scene(links.enter_collecting)
def a_phone_is_let_in(world: EventWorld) -> Act:
    link, url = links.make_collecting_link(world.developer, world.project, Task(SampleKind.SOUND))
    return lambda: links.enter_collecting(url.partition("#token=")[2], link.pk)


@scene(links.leave_collecting)
def a_phone_gives_its_access_back(world: EventWorld) -> Act:
    link, url = links.make_collecting_link(world.developer, world.project, Task(SampleKind.SOUND))
    collector, _ = links.enter_collecting(url.partition("#token=")[2], link.pk)
    return lambda: links.leave_collecting(collector)


@scene(links.end_phone)
def a_phone_is_ended_on_the_computer(world: EventWorld) -> Act:
    link, _ = links.make_collecting_link(world.developer, world.project, Task(SampleKind.SOUND))
    return lambda: links.end_phone(world.developer, link)

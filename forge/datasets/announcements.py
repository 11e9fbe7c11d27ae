"""The events of data sets and their audit sentences."""

from __future__ import annotations

from typing import TypedDict

from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, ActivitySentence
from forge.core.events.declarations import EventType, StreamKind, declare


class DataChangedJson(TypedDict):
    """Samples of the data set came, changed or were deleted, a version was saved, or an import went on. Samples that
    changed have this revision."""

    revision: int


DATA_CHANGED = declare(
    EventType(
        "data.changed",
        StreamKind.PROJECT,
        DataChangedJson,
        ("samples", "data", "data_versions"),
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "data.add": "added sample {number} to the data of {project}",
                "data.analyse": "started an analysis of the data of {project}",
                "data.bins": "started taking the bins of {project} from version {version} of its data",
                "data.import": "imported {count} samples into the data of {project}",
                "data.import-begin": "began an import of {size} into the data of {project}",
                "data.import-start": "started an import of {count} recordings into the data of {project}",
                "data.import-discard": "discarded an import into the data of {project}",
                "data.label": "labelled sample {number} of the data of {project}",
                "data.label-undo": "took back the label of sample {number} of the data of {project}",
                "data.mark": "changed {count} samples of the data of {project}",
                "data.agree-anew": "agreed to other terms for {count} samples of the data of {project}",
                "data.withdraw": "withdrew the consent for {count} samples of the data of {project}",
                "data.delete": "deleted sample {number} of the data of {project}",
                "data.delete-many": "deleted {count} samples of the data of {project}",
                "data.cut": "cut sample {number} of the data of {project} into {count} parts",
                "data.end": "deleted {count} samples of the data of {project}, whose time was over",
                "data.delete-again": "deleted {count} samples of the data of {project} again, which a backup had",
                "data.submit": "sent a recording that waits for the data of {project}",
                "data.accept": "accepted {count} recordings of guests into the data of {project}",
                "data.refuse": "refused {count} recordings of guests for the data of {project}",
                "data.restrict": "let only those who manage {project} play its samples",
                "data.open": "let everyone who reads {project} play its samples",
                "data.licence": "stated {licence} for the data of {project}",
                "data.version": "saved version {number} of the data of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "data": ActivitySentence("changed the data of", path="/data"),
                # Entries of the time when samples were files of projects.
                "samples": ActivitySentence("changed the samples of", path="/data"),
            },
            lambda _: ActivityEntry("data"),
        ),
    )
)


class PhoneChangedJson(TypedDict):
    """A phone was let in by this link to record for the project's data, or can record no longer. The link opens
    nothing: only its maker can read what became of it."""

    link: Uuid


PHONE_CHANGED = declare(
    EventType(
        "phone.changed",
        StreamKind.PROJECT,
        PhoneChangedJson,
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "data.collect-enter": "let a phone record for the data of {project}",
                "data.collect-leave": "ended a phone that recorded for the data of {project}",
                "data.collect-end": "ended a code for a phone to record for the data of {project}",
            },
        ),
    )
)
declare_sentences(
    AuditTopic.FILES,
    {
        "data.agree": "agreed to give recordings to the data of {project}",
        "data.collect": "made a code for a phone to record for the data of {project}",
        "data.share": "made a link for {title} to record for the data of {project}",
        "data.share-end": "ended the link for {title} to record for the data of {project}",
        "data.guest-enter": "opened a link to record for the data of {project}",
        "data.guest-leave": "closed a link to record for the data of {project}",
        "data.submissions-end": "deleted {count} recordings of guests for the data of {project} that nobody accepted",
    },
)
declare_sentences(
    # Entries of the time when samples were files of projects.
    AuditTopic.FILES,
    {
        "sample.send": "added the sample {label} to {project}",
        "sample.import": "added {count} samples to {project}",
        "sample.mark": "changed the label or split of {count} samples of {project}",
        "sample.taken-back": "withdrew the sample {label} of {project}",
        "sample.removed": "removed the sample {label} of {project}",
        "sample.ended": "deleted the expired sample {label} of {project}",
    },
)
declare_sentences(AuditTopic.DOWNLOADS, {"data.download": "downloaded samples of the data of {project}"})

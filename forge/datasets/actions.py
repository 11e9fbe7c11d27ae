"""The transaction in which a data set is changed."""

from __future__ import annotations

from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.datasets.announcements import DATA_CHANGED
from forge.datasets.models import DataSet


class DataSetChange:
    """A change of a data set, as a context: a transaction in which the data set is locked.

    Changes of one data set follow each other. Each has a revision, an audit entry and an event, which `note` writes.
    """

    def __init__(self, data_set: UUID) -> None:
        self._id = data_set
        self._transaction = transaction.atomic()
        self.data_set: DataSet

    def __enter__(self) -> DataSet:
        """Returns the locked data set, with the revision of this change."""
        self._transaction.__enter__()
        try:
            rows = DataSet.objects.select_for_update(of=("self",)).select_related("project__organisation")
            self.data_set = rows.get(pk=self._id)
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise
        self.data_set.revision += 1
        return self.data_set

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.__exit__(kind, error, trace)

    def note(self, actor: Actor, action: str, **data: Any) -> None:
        """Stores the numbers of the data set, and tells of the change."""
        project = self.data_set.project
        write_entry(actor, action, project.stream, project.place, **data)
        self.announce(actor)

    def announce(self, actor: Actor) -> None:
        """Does the same without an audit entry, for a part of something that gets one at its end."""
        self.data_set.save(update_fields=["revision", "last_number", "last_group", "row_rates"])
        append_event(self.data_set.project.stream, DATA_CHANGED(revision=self.data_set.revision), actor)

"""The labelling queue over REST."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import needing
from forge.datasets.labelling.queue import counts_of, labellers_of
from forge.projects.place import ProjectView


class DataLabellerJson(TypedDict):
    """The number of samples that have the label of a person, and of those that others looked at too, the number on
    which they agree."""

    person: PersonJson
    label_count: int
    comparison_count: int
    agreement_count: int


class DataQueueJson(TypedDict):
    """The number of samples that wait for you in the queue, and the people who labelled."""

    unlabelled: int
    second_look: Annotated[int, "labelled by one other person"]
    disagreements: Annotated[int, "labelled otherwise by two people"]
    labellers: list[DataLabellerJson]


class DataQueue(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="data_queue", responses=DataQueueJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns how many samples wait in the labelling queue, and who labelled how many."""
        project, principal = self.project(request, organisation, name, Verb.READ), principal_of(request)
        counts = counts_of(principal, project)
        return Response(
            DataQueueJson(
                unlabelled=counts.unlabelled,
                second_look=counts.second_look,
                disagreements=counts.disagreements,
                labellers=[
                    {
                        "person": person_to_json(each.person),
                        "label_count": each.label_count,
                        "comparison_count": each.comparison_count,
                        "agreement_count": each.agreement_count,
                    }
                    for each in labellers_of(principal, project)
                ],
            )
        )

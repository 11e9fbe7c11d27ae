"""The labelling queue over REST."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.views import needing
from forge.datasets.labelling.actions import MAX_SKIPPED, label_in_queue, take_next
from forge.datasets.labelling.queue import QueueMode, counts_of, labellers_of
from forge.datasets.serializers import DataSampleJson, sample_to_json
from forge.projects.api import ProjectView
from rune.datasets.words import WORD_LIMIT


class DataLabellerJson(TypedDict):
    """How many samples have the label of a person, and on how many of those that others looked at too they agree."""

    person: PersonJson
    label_count: int
    comparison_count: int
    agreement_count: int


class DataQueueJson(TypedDict):
    """How many samples wait for you in the queue, and who labelled."""

    unlabelled: int
    second_look: Annotated[int, "labelled by one other person"]
    disagreements: Annotated[int, "labelled otherwise by two people"]
    labellers: list[DataLabellerJson]


class DataQueueNextJson(TypedDict):
    """The sample that the queue keeps for you for 5 minutes; null where none waits."""

    sample: DataSampleJson | None


class DataQueueTakeSerializer(serializers.Serializer[None]):
    """The work that is wanted."""

    mode = serializers.ChoiceField(choices=list(QueueMode), default=QueueMode.UNLABELLED)
    skipped_numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        max_length=MAX_SKIPPED,
        required=False,
        help_text="numbers of samples that you do not want now",
    )


class DataQueueLabelSerializer(serializers.Serializer[None]):
    """A label for a sample."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT)  # type: ignore[assignment]
    settles = serializers.BooleanField(
        default=False, help_text="`true`: it is the sample's label, whatever others gave it"
    )


class DataQueue(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="data_queue", responses=DataQueueJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """How many samples wait in the labelling queue, and who labelled how many."""
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

    @extend_schema(operation_id="data_queue_next", request=DataQueueTakeSerializer, responses=DataQueueNextJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Gives you the next sample, which nobody else gets meanwhile."""
        project, principal = self.project(request, organisation, name, Verb.EDIT), principal_of(request)
        body = self.read_body(request, DataQueueTakeSerializer)
        sample = take_next(principal, project, QueueMode(body["mode"]), body.get("skipped_numbers", ()))
        return Response(DataQueueNextJson(sample=None if sample is None else sample_to_json(sample, principal)))


class DataQueueLabels(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="data_queue_label", request=DataQueueLabelSerializer, responses=DataSampleJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Labels a sample. Where somebody else labelled it before, both labels are kept; if they differ, people
        disagree until somebody settles it."""
        project, principal = self.project(request, organisation, name, Verb.EDIT), principal_of(request)
        body = self.read_body(request, DataQueueLabelSerializer)
        sample = label_in_queue(principal, project, body["number"], body["label"], settles=body["settles"])
        return Response(sample_to_json(sample, principal))

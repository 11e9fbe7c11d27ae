"""The shape of a plan as JSON: types for answers, and serializers for bodies. Which plans can be carried out is said in
`forge.rollouts.plan`."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict, cast

from rest_framework.fields import BooleanField, CharField, ChoiceField, DictField, FloatField, IntegerField, ListField
from rest_framework.serializers import Serializer

from forge.core.api.json_types import choices
from forge.rollouts.plan import RolloutPlan, StageSize
from rune.assessment.guards.limits import GuardKind

_GUARD_KINDS = tuple(map(str, GuardKind))
_SIZES = tuple(map(str, StageSize))
_SIZE_HELP = "`count` and `share` take an `amount`, and count the devices of the stages before it too"
_LONGEST_HELP = "hours after which people are asked, if a guard that must be judged could not be"
_MUST_JUDGE_HELP = "the guards without whose verdict the next stage does not begin"
_SHADOW_HELP = "whether the new rune runs beside the former one and does not answer"
_LABELS_HELP = "the limits of labels that differ from `limit`, of the guard of labels"
_MINUTES_HELP = "minutes after midnight, in the local time of a device"
_WEEKDAYS_HELP = "the weekdays on which it begins, 0 for Monday"
_ZONE_HELP = "the time zone of devices without a label `timezone`"
_AT_ONCE_HELP = "the most devices that are on their way to the rune at a time"
_WINDOWS_HELP = "the windows in which devices may switch; at any time without one"

GuardName = Annotated[str, choices("GuardKind", _GUARD_KINDS)]


class PlannedStageJson(TypedDict):
    """A stage of a plan."""

    size: Annotated[str, choices("StageSize", _SIZES), _SIZE_HELP]
    amount: Annotated[float, "devices of `count`, or a part, 0 to 1, of `share`"]
    hours: Annotated[int, "hours for which its devices run the rune before the next stage"]
    longest: Annotated[int, _LONGEST_HELP]
    must_judge: Annotated[list[GuardName], _MUST_JUDGE_HELP]
    shadow: Annotated[bool, _SHADOW_HELP]


class GuardLimitJson(TypedDict):
    """The limit of a guard."""

    kind: GuardName
    limit: Annotated[float, "the largest difference that is allowed"]
    labels: NotRequired[Annotated[dict[str, float], _LABELS_HELP]]


class SwitchWindowJson(TypedDict):
    """A time of the day in which devices may switch."""

    begin: Annotated[int, _MINUTES_HELP]
    end: Annotated[int, _MINUTES_HELP]
    weekdays: Annotated[list[int], _WEEKDAYS_HELP]


class RolloutPlanJson(TypedDict):
    """The plan of a rollout."""

    stages: list[PlannedStageJson]
    guards: list[GuardLimitJson]
    at_once: Annotated[int | None, _AT_ONCE_HELP]
    windows: Annotated[list[SwitchWindowJson], _WINDOWS_HELP]
    zone: Annotated[str, _ZONE_HELP]


def plan_to_json(plan: RolloutPlan) -> RolloutPlanJson:
    """Returns a plan as JSON."""
    return cast(RolloutPlanJson, plan.to_json())


class NewStageSerializer(Serializer[None]):
    """A stage as it comes in."""

    size = ChoiceField(_SIZES, help_text=_SIZE_HELP)
    amount = FloatField(required=False, help_text="devices of `count`, or a part, 0 to 1, of `share`")
    hours = IntegerField(required=False, help_text="24 by default")
    longest = IntegerField(required=False, help_text=f"{_LONGEST_HELP}; 4 times `hours` by default, and at least 24")
    must_judge = ListField(child=ChoiceField(_GUARD_KINDS), required=False, help_text=_MUST_JUDGE_HELP)
    shadow = BooleanField(required=False, help_text=_SHADOW_HELP)


class NewGuardLimitSerializer(Serializer[None]):
    """The limit of a guard as it comes in."""

    kind = ChoiceField(_GUARD_KINDS)
    limit = FloatField(help_text="the largest difference that is allowed")
    labels = DictField(child=FloatField(), required=False, help_text=_LABELS_HELP)


class NewSwitchWindowSerializer(Serializer[None]):
    """A window as it comes in."""

    begin = IntegerField(help_text=_MINUTES_HELP)
    end = IntegerField(help_text=_MINUTES_HELP)
    weekdays = ListField(child=IntegerField(), required=False, help_text=f"{_WEEKDAYS_HELP}; all by default")


class NewRolloutPlanSerializer(Serializer[None]):
    """A plan as it comes in."""

    stages = NewStageSerializer(many=True)
    guards = NewGuardLimitSerializer(many=True, required=False, allow_null=True, help_text="usual ones by default")
    at_once = IntegerField(required=False, allow_null=True, help_text=_AT_ONCE_HELP)
    windows = NewSwitchWindowSerializer(many=True, required=False, help_text=_WINDOWS_HELP)
    zone = CharField(required=False, help_text=f"{_ZONE_HELP}; UTC by default")

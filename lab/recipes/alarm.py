"""The arguments of recipes that learn what is normal: of the threshold of their alarm."""

from __future__ import annotations

from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs

FALSE_ALARMS = RecipeArgument(
    "false-alarms",
    "The share of normal windows that may be above the threshold.",
    0.01,
    0.0,
    0.5,
    title="False alarms, at most",
    group=ArgumentGroup.FRONT_END,
    shown=ShownAs.SHARE,
)
ALARM_ARGUMENTS = (
    FALSE_ALARMS,
    RecipeArgument(
        "margin",
        "How much further from the middle of normal scores the threshold lies than `false-alarms` puts it: 1 is twice "
        "as far.",
        0.0,
        0.0,
        10.0,
        title="Threshold margin",
        group=ArgumentGroup.FRONT_END,
    ),
)
"""The arguments of a threshold."""

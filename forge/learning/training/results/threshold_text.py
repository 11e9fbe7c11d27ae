"""The threshold of a label in the Runefile of a run: a switch behind the scores that the rune sends. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.errors import Invalid

_SCORES = """\
  scores:
    out: SERIAL
    inputs: [steady]
"""
"""The output of each recipe that tells labels apart, which `lab` writes."""
_RELEASE = 0.8
"""How far below the threshold a call is over, as a part of it: the same as in the studio."""


@dataclass(frozen=True)
class LabelThreshold:
    """The mean score from which on a label is called."""

    label: str
    value: float


def with_threshold(runefile: str, labels: list[str], threshold: LabelThreshold) -> str:
    """Returns the Runefile with a switch for each label, which is on from the threshold on. Raises `Invalid`."""
    if threshold.label not in labels:
        raise Invalid(
            f"The run knows no label {threshold.label[:60]}. Choose one of {', '.join(labels)[:200]}.",
            errors={"label": ["Choose a label of the run."]},
        )
    if runefile.count(_SCORES) != 1:
        raise Invalid(
            "The rune of this run sends no scores that a threshold could be compared with. Use it without a threshold.",
            errors={"threshold": ["Leave it out."]},
        )
    # A label stands in no comment: one that ends a line would end the comment.
    stages = f"""\
{_SCORES}
  # 1 for each label whose mean score reached `on`, until it falls below `off`.
  threshold:
    proc-block: hysteresis
    inputs: [steady]
    outputs:
      - {{type: u8, dimensions: [1, {len(labels)}]}}
    args:
      on: {threshold.value:.6g}
      off: {threshold.value * _RELEASE:.6g}

  above:
    out: SERIAL
    inputs: [threshold]
"""
    return runefile.replace(_SCORES, stages)

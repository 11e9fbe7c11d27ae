"""How good a rune is on labelled samples: accuracy, each label's precision and recall, hits and false alarms an hour.

Pure but for running the rune. Reading samples from a disk is `rune.evaluation.reading`; showing the result is the
business of whoever asked.
"""

from rune.evaluation.errors import EvaluationImpossible, SamplesRefused
from rune.evaluation.evaluating import Effort, evaluate
from rune.evaluation.evaluation import Evaluation, Outcome, Unread
from rune.evaluation.labelled import Event, LabelledSample, Split
from rune.evaluation.streams import Listening

__all__ = [
    "Effort",
    "Evaluation",
    "EvaluationImpossible",
    "Event",
    "LabelledSample",
    "Listening",
    "Outcome",
    "SamplesRefused",
    "Split",
    "Unread",
    "evaluate",
]

"""The reason why the model of a run is that of the epoch on which the mark stands, and not of an earlier peak. Pure
functions.

`lab` chooses the epoch with the lowest loss on the validation split among the last ones, when its steps are small (an
estimator: of all rounds). What is shown as accuracy beside it is of windows, by the network in floats.
"""

from __future__ import annotations

from collections.abc import Sequence

from forge.learning.lab_jobs.states import LabJobState
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.lab_events import EpochJson


def epoch_sentence(run: TrainingRun) -> str:
    """The sentence under the curves of a run; "" before its first epoch."""
    return sentence_of(run.curves, run.best_epoch, is_over=run.state == LabJobState.FINISHED)


def sentence_of(curves: Sequence[EpochJson], epoch: int, *, is_over: bool) -> str:
    """Returns why `epoch` gives the model. `is_over` says that no epoch follows."""
    if not 0 < epoch <= len(curves):
        return ""
    row = curves[epoch - 1]
    begin = f"The model is that of epoch {epoch}" if is_over else f"So far the model would be that of epoch {epoch}"
    has_lowest = row["validation_loss"] <= min(each["validation_loss"] for each in curves)
    lowest = "of all epochs" if has_lowest else "of the last epochs, from which it is chosen"
    reason = f"its loss on the validation split is the lowest {lowest}"
    peak = max(curves[: epoch - 1], key=lambda each: each["validation_accuracy"], default=row)
    if peak["validation_accuracy"] <= row["validation_accuracy"]:
        return f"{begin}: {reason}."
    share = f"{100 * peak['validation_accuracy']:.1f} %"
    if has_lowest:
        why = "The loss also says how sure the answers are, and chance moves it less than a few windows."
    else:
        why = "Earlier epochs change the network in larger steps, so a peak among them is often chance."
    return f"{begin}, although the curve was higher in epoch {peak['epoch']:.0f} ({share}): {reason}. {why}"

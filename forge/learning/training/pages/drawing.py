"""The curves of a run as the page draws them: accuracy above loss over one axis of epochs. Pure functions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forge.core.axis_ticks import Tick, tick_texts
from forge.learning.training.running.lab_events import EpochJson

WIDTH, HEIGHT = 392, 306
LEFT, RIGHT = 44, 380
ACCURACY_TOP, ACCURACY_BOTTOM = 22, 150
LOSS_TOP, LOSS_BOTTOM = 184, 276
CURVE_TITLES: Mapping[str, str] = {"accuracy": "Accuracy", "explained": "Explained", "f1": "F1 of cells"}
"""The title of the upper curve, by what a recipe's curve is."""
TICKS = 5
"""The most ticks on an axis."""


@dataclass(frozen=True)
class CurvesDrawing:
    """Two plots. Lines are points of SVG polylines; `rows` are what a script needs for its cursor, as JSON."""

    accuracy_ticks: Sequence[Tick]
    loss_ticks: Sequence[Tick]
    epoch_ticks: Sequence[Tick]
    accuracy: str
    train_accuracy: str
    loss: str
    train_loss: str
    limit: Tick | None
    pruned_mark: Tick | None
    """The place where channels were removed."""
    best: tuple[float, float] | None
    best_text: str
    is_best_left: bool
    """Whether the text of the best epoch stands left of it."""
    end: float
    """The place where the curves end; the epochs behind are still to come."""
    remaining: int
    rows: str

    @property
    def ahead(self) -> float:
        """The width of the part that is still to come."""
        return round(RIGHT - self.end, 1)

    @property
    def has_best_line(self) -> bool:
        """Whether the text of the best epoch stands below the curve, at the end of a line; else just above it."""
        return self.best is not None and self.best[1] < (ACCURACY_TOP + ACCURACY_BOTTOM) / 2

    @property
    def best_text_y(self) -> float:
        return 132 if self.best is None or self.has_best_line else self.best[1] - 10

    @property
    def ahead_middle(self) -> float:
        return round((RIGHT + self.end) / 2, 1)


def drawing_of(
    curves: Sequence[EpochJson],
    epochs: int,
    best: int,
    limit: float | None,
    *,
    is_open: bool,
    axis: int = 0,
    pruned_after: int | None = None,
) -> CurvesDrawing:
    """Draws curves. `limit` is the least accuracy that `forge.yml` allows; `is_open` says that epochs may follow. The
    axis has at least `axis` epochs, so that curves beside each other have the same. `pruned_after` is the number of
    epochs after which channels were removed."""
    last = max(epochs if is_open else len(curves), axis, 2)
    shares = [share for row in curves for share in (row["validation_accuracy"], row["accuracy"])]
    low = _low_share([*shares, *([] if limit is None else [limit])])
    high_loss = _high_loss([loss for row in curves for loss in (row["validation_loss"], row["loss"])])

    def x(epoch: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (epoch - 1) / (last - 1), 1)

    def share_y(share: float) -> float:
        part = (max(share, low) - low) / (1 - low)
        return round(ACCURACY_BOTTOM - (ACCURACY_BOTTOM - ACCURACY_TOP) * part, 1)

    def loss_y(loss: float) -> float:
        return round(LOSS_BOTTOM - (LOSS_BOTTOM - LOSS_TOP) * min(loss, high_loss) / high_loss, 1)

    def line(values: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x(epoch)},{y}" for epoch, y in values)

    best_row = curves[best - 1] if 0 < best <= len(curves) else None
    end = x(len(curves)) if curves else LEFT
    return CurvesDrawing(
        accuracy_ticks=_ticks(_share_ticks(low), share_y, "%", 0.01),
        loss_ticks=_ticks(_loss_ticks(high_loss), loss_y),
        epoch_ticks=[Tick(x(epoch), str(epoch)) for epoch in _epoch_ticks(last)],
        accuracy=line([(row["epoch"], share_y(row["validation_accuracy"])) for row in curves]),
        train_accuracy=line([(row["epoch"], share_y(row["accuracy"])) for row in curves]),
        loss=line([(row["epoch"], loss_y(row["validation_loss"])) for row in curves]),
        train_loss=line([(row["epoch"], loss_y(row["loss"])) for row in curves]),
        limit=None if limit is None else Tick(share_y(limit), f"limit {100 * limit:g} %"),
        pruned_mark=None if not pruned_after else Tick(x(pruned_after + 0.5), "pruned"),
        best=None if best_row is None else (x(best), share_y(best_row["validation_accuracy"])),
        best_text="" if best_row is None else f"epoch {best} is used",
        is_best_left=x(best) > (LEFT + RIGHT) / 2,
        end=end,
        remaining=max(0, epochs - len(curves)) if is_open else 0,
        rows=json.dumps(
            [
                [
                    x(row["epoch"]),
                    share_y(row["validation_accuracy"]),
                    loss_y(row["validation_loss"]),
                    row["epoch"],
                    f"{100 * row['validation_accuracy']:.1f} %",
                    f"{100 * row['accuracy']:.1f} %",
                    f"{row['validation_loss']:.3g}",
                    f"{row['loss']:.3g}",
                ]
                for row in curves
            ]
        ),
    )


def _ticks(values: Sequence[float], y: Callable[[float], float], unit: str = "", divisor: float = 1) -> list[Tick]:
    return [Tick(y(value), text) for value, text in zip(values, tick_texts(values, unit, divisor), strict=True)]


def _low_share(shares: Sequence[float]) -> float:
    """The lowest share of the axis: a multiple of a fifth below all of them, at most 0.8."""
    least = min(shares, default=0.0)
    return min(0.8, math.floor(max(0.0, least - 0.02) * 5) / 5)


def _share_ticks(low: float) -> list[float]:
    step = 0.05 if low >= 0.8 else 0.1 if low >= 0.6 else 0.2
    count = round((1 - low) / step)
    return [round(low + step * number, 2) for number in range(count + 1)]


def _high_loss(losses: Sequence[float]) -> float:
    """The highest loss of the axis. The few highest losses of the begin are cut off, so that the rest can be seen."""
    sorted_losses = sorted(losses)
    usual = sorted_losses[int(0.97 * (len(sorted_losses) - 1))] if sorted_losses else 1.0
    step = 10.0 ** math.floor(math.log10(max(usual, 1e-4)))
    return math.ceil(max(usual, 1e-4) / step) * step


def _loss_ticks(high: float) -> list[float]:
    return [0.0, float(f"{high / 2:.3g}"), float(f"{high:.3g}")]


def _epoch_ticks(last: int) -> list[int]:
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if last / size <= TICKS + 1)
    ticks = [1, *range(step if step > 1 else 2, last + 1, step)]
    return [tick for tick in ticks if tick == 1 or tick - 1 >= step / 2]

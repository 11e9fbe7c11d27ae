"""The windows that a member asks for, as bins of the rune and in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from forge.core.errors import Invalid
from hmrd.protocol.samples import FeatureRange, WindowCondition
from rune.watch.counts import Counts
from rune.watch.layout import FeatureBins, WatchLayout

_TAIL: Final = 0.05
"""The part of the test samples beyond the usual range of a feature, on either side."""
_EDGE_TOLERANCE: Final = 1e-6
"""Edges of confidence have 32 bits."""
_NOUNS: Final = {"sound": "sounds", "motion": "motion"}


class FeatureSide(StrEnum):
    """A side of the usual range of a feature."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True)
class WantedWindows:
    """The windows as a member describes them. What is empty or None does not matter."""

    label: str = ""
    less_sure_than: float | None = None
    """A part of 1."""
    feature: str = ""
    """The name of a feature (`FeatureBins.name`)."""
    side: FeatureSide = FeatureSide.ABOVE


def condition_of(wanted_windows: WantedWindows, layout: WatchLayout, reference: Counts | None) -> WindowCondition:
    """Returns the bins of the windows. Raises `Invalid` for what the rune does not count."""
    condition = WindowCondition(
        _label_bin(wanted_windows.label, layout) if wanted_windows.label else None,
        None if wanted_windows.less_sure_than is None else _confidence_bin(wanted_windows.less_sure_than, layout),
        _range(wanted_windows.feature, wanted_windows.side, layout, reference) if wanted_windows.feature else None,
    )
    if condition == WindowCondition():
        raise Invalid("Say which samples you want: those with a label, unsure ones, or those beyond a usual range.")
    return condition


def words_of(wanted_windows: WantedWindows, version: str, kind: str) -> str:
    """Returns the windows in words: `sounds that 1.5 calls "glass", less sure than 60 %`."""
    noun, share = _NOUNS[kind], wanted_windows.less_sure_than
    feature = f"{wanted_windows.feature} {wanted_windows.side} its usual range" if wanted_windows.feature else ""
    sure = "" if share is None else f"less sure than {100 * share:g} %"
    if wanted_windows.label:
        return ", ".join(filter(None, (f'{noun} that {version} calls "{wanted_windows.label}"', sure, feature)))
    if sure:
        return ", ".join(filter(None, (f"{noun} at which {version} is {sure}", feature)))
    return f"{noun} that {version} reads with {feature}"


def sure_choices(layout: WatchLayout) -> Sequence[float]:
    """Returns the shares that `less_sure_than` may be: the edges of the bins."""
    return () if layout.confidence is None else tuple(round(share, 4) for share in layout.confidence.shares)


def _label_bin(label: str, layout: WatchLayout) -> int:
    names = () if layout.labels is None else layout.labels.names
    if label not in names:
        names_text = ", ".join(names) or "none"
        raise Invalid(
            f"The rune has no label {label[:60]}. It has: {names_text}.", errors={"label": ["Unknown label."]}
        )
    return names.index(label)


def _confidence_bin(share: float, layout: WatchLayout) -> int:
    """Returns the highest bin whose scores are all below a share."""
    shares = () if layout.confidence is None else layout.confidence.shares
    lower_bins = [place for place, edge in enumerate(shares) if edge <= share + _EDGE_TOLERANCE]
    if not lower_bins:
        detail = "The rune counts no confidence." if not shares else f"Choose at least {100 * shares[0]:g} %."
        raise Invalid(detail, errors={"less_sure_than": [detail]})
    return max(lower_bins)


def _range(name: str, side: FeatureSide, layout: WatchLayout, reference: Counts | None) -> FeatureRange:
    """Returns the bins beyond the usual range of a feature: that of the test samples of the build. Without test samples
    they are the outermost quarter of the bins."""
    place = next((number for number, feature in enumerate(layout.features) if feature.name == name), None)
    if place is None:
        names_text = ", ".join(feature.name for feature in layout.features) or "none"
        raise Invalid(
            f"The rune counts no {name[:60]}. It counts: {names_text}.", errors={"feature": ["Unknown feature."]}
        )
    last = len(layout.features[place].edges)
    counts = reference.features[place] if reference is not None else ()
    width = _tail_bins(counts if side is FeatureSide.BELOW else counts[::-1], layout.features[place])
    return (
        FeatureRange(place, 0, width - 1) if side is FeatureSide.BELOW else FeatureRange(place, last - width + 1, last)
    )


def _tail_bins(counts: Sequence[int], feature: FeatureBins) -> int:
    """Returns how many bins from one end are beyond the usual range, one at least."""
    size, total, sums = len(feature.edges) + 1, sum(counts), 0
    if not total:
        return max(1, size // 4)
    width = 0
    for count in counts:
        sums += count
        if sums > _TAIL * total:
            break
        width += 1
    return max(1, width)

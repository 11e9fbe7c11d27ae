"""The part of the windows of several devices, with a range that knows that the windows of one device are alike. Pure.

Wilson's interval of as many windows as say as much as these if no two were of one device: the windows divided by the
design effect, which is the variance between devices (W. G. Cochran, "Sampling Techniques" (1977), 6.3, a ratio) over
that of independent windows, and never below 1. The quantile of Student's t is in place of the normal one, as few
devices say little about that variance: E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small
expected number of positive counts estimated from survey data", Survey Methodology 24 (1998); with Wilson's formula N.
Dean and M. Pagano, "Evaluating confidence interval methods for binomial proportions in clustered surveys", Journal of
Survey Statistics and Methodology 3 (2015).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rune.statistics.binned import Array
from rune.statistics.distributions import normal_quantile, student_quantile
from rune.statistics.intervals import Share, wilson
from rune.statistics.not_judged import MIN_DEVICES, NotJudged, TooFew

_TAIL: Final = 0.025


def pooled_share(counts: Array, totals: Array) -> Share | NotJudged:
    """Returns the part of the windows that were counted, with its 95 % range: `counts` of `totals` > 0, [devices].

    It is not judged of fewer than `MIN_DEVICES` devices with a counted window: of a few among many, the spread between
    devices is not known, and the range would be too narrow. Of more, it has the true part in 93 to 99 of 100 cases; in
    about 87 where it is below 5 % and most of it is on a tenth of the devices (tests/rune/statistics).
    """
    devices, carrying, windows = len(totals), int(np.count_nonzero(counts)), float(totals.sum())
    if carrying < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, carrying, MIN_DEVICES)
    share = float(counts.sum()) / windows
    between_devices = devices / (devices - 1) * float(np.square(counts - share * totals).sum()) / windows**2
    independent = share * (1 - share) / windows
    design_effect = max(1.0, between_devices / independent) if independent else 1.0
    effective = windows / design_effect * (normal_quantile(_TAIL) / student_quantile(_TAIL, devices - 1)) ** 2
    return wilson(share * effective, effective)

"""The group that carries a shift; noise is not read."""

from __future__ import annotations

import numpy as np
import pytest

from rune.statistics.attribution import Carrier, carrier_of, groups_of
from rune.statistics.not_judged import NotJudged, TooFew


def fleet(count: int) -> list[dict[str, str]]:
    return [
        {"batch": "ABCD"[number % 4], "board": "xyz"[number * 7 % 3], "site": str(number * 13 % 20)}
        for number in range(count)
    ]


def test_noise_has_no_carrier_in_99_of_100_cases() -> None:
    random = np.random.default_rng(1)
    groups = groups_of(fleet(60))
    carriers = [carrier_of(random.standard_t(3, 60), groups, draws=199) for _ in range(300)]
    assert sum(each is not None for each in carriers) <= 9


def test_a_shift_of_all_devices_has_no_carrier() -> None:
    random = np.random.default_rng(2)
    assert carrier_of(5 + random.standard_normal(80), groups_of(fleet(80))) is None


def test_the_batch_that_makes_nearly_all_of_it_is_named() -> None:
    random = np.random.default_rng(3)
    attributes = fleet(120)
    is_of_batch = np.array([each["batch"] == "B" for each in attributes])
    carrier = carrier_of(0.1 * random.standard_normal(120) + 1.0 * is_of_batch, groups_of(attributes))
    assert isinstance(carrier, Carrier)
    assert (carrier.attribute, carrier.value, carrier.own.devices, carrier.others.devices) == ("batch", "B", 30, 90)
    assert carrier.share == pytest.approx(1, abs=0.1)
    assert carrier.own.low < 1 < carrier.own.high
    assert carrier.others_are_unchanged
    assert carrier.same == ()


def test_a_version_that_went_to_the_same_devices_is_named_too() -> None:
    attributes = [each | {"version": "2.0" if each["batch"] == "B" else "1.0"} for each in fleet(40)]
    shifts = [float(each["batch"] == "B") + 0.01 * number for number, each in enumerate(attributes)]
    carrier = carrier_of(shifts, groups_of(attributes))
    assert isinstance(carrier, Carrier)
    assert {(carrier.attribute, carrier.value), *carrier.same} >= {("batch", "B"), ("version", "2.0")}


def test_few_devices_and_no_attributes() -> None:
    assert carrier_of([1.0] * 7, groups_of(fleet(7))) == NotJudged(TooFew.DEVICES, 7, 8)
    assert carrier_of(range(20), groups_of([{}] * 20)) is None
    assert carrier_of([0.0] * 20, groups_of(fleet(20))) is None

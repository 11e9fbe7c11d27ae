"""Messages about samples: what one side writes, the other reads as the same, and what has another form is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hmrd.protocol.reading import BadDeviceMessage, written
from hmrd.protocol.samples import (
    LARGEST_WINDOW,
    AnswerKind,
    FeatureRange,
    OfferAnswer,
    PageAnswer,
    SampleOffer,
    SampleReply,
    SampleWindow,
    WindowBins,
    WindowCondition,
)
from hmrd.protocol.wanted import DesiredState, Telemetry
from rune.watch.counts import Counts
from tests.support.hmrd.offers import OFFER, REQUEST, RUNE
from tests.support.watch import LAYOUT


def sent(value: Any) -> Any:
    return json.loads(written(value.to_json()))


def test_messages_are_read_as_they_were_written() -> None:
    condition = WindowCondition(1, 3, FeatureRange(0, 2, 4))
    page = PageAnswer(2, AnswerKind.YES, ("tests",))
    offer = replace(OFFER, condition=condition, page=page)
    assert SampleOffer.from_json(sent(offer)) == offer
    state = DesiredState(None, 60, telemetry=Telemetry.DAY, samples=(offer, OFFER))
    assert DesiredState.from_json(sent(state)) == state
    for answer in (
        OfferAnswer(REQUEST, 3, AnswerKind.YES, ("tests",), RUNE),
        OfferAnswer(REQUEST, 1, AnswerKind.NO),
        OfferAnswer(REQUEST, 4, AnswerKind.TAKE_BACK),
    ):
        assert OfferAnswer.from_json(sent(answer)) == answer
    window = SampleWindow(REQUEST, 3, "wav", b"RIFF")
    assert SampleWindow.from_json(sent(window)) == window
    reply = SampleReply("accepted", "", 3)
    assert SampleReply.from_json(sent(reply)) == reply


def test_an_older_server_asks_for_nothing() -> None:
    assert DesiredState.from_json({"interval": 60}).samples == ()


def test_a_request_that_a_device_cannot_read_stops_nothing_else() -> None:
    unreadable_offer = sent(OFFER) | {"most": "many"}
    state = DesiredState.from_json({"interval": 60, "samples": [unreadable_offer, sent(OFFER), 7]})
    assert state.samples == (OFFER,)


@pytest.mark.parametrize(
    "changes",
    [
        {"request": "../../etc"},
        {"number": 0},
        {"kind": "perhaps"},
        {"terms": ""},
        {"purposes": ["Training!"]},
        {"purposes": ["tests"] * 9},
    ],
)
def test_an_answer_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    message = sent(OfferAnswer(REQUEST, 3, AnswerKind.YES, ("tests",), RUNE)) | changes
    with pytest.raises(BadDeviceMessage):
        OfferAnswer.from_json(message)


@pytest.mark.parametrize(
    "changes", [{"data": "?"}, {"data": ""}, {"ending": "exe"}, {"ending": "../wav"}, {"number": -1}]
)
def test_a_window_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadDeviceMessage):
        SampleWindow.from_json(sent(SampleWindow(REQUEST, 3, "wav", b"RIFF")) | changes)
    with pytest.raises(BadDeviceMessage):
        SampleWindow.from_json(sent(SampleWindow(REQUEST, 3, "wav", b"\0" * (LARGEST_WINDOW + 1))))


def test_a_condition_asks_for_all_of_its_parts() -> None:
    condition = WindowCondition(2, 1, FeatureRange(0, 2, 2))
    assert condition.matches(WindowBins(2, 0, (2,)))
    for bins in (WindowBins(1, 0, (2,)), WindowBins(2, 2, (2,)), WindowBins(2, 0, (1,)), WindowBins(2, None, ())):
        assert not condition.matches(bins)
    assert WindowCondition(label=2).matches(WindowBins(2))


def test_the_bins_of_one_answer_are_known_and_those_of_several_are_not() -> None:
    one = Counts((0, 0, 1), (1, 0, 0, 0), ((0, 1, 0),))
    assert WindowBins.of(one) == WindowBins(2, 0, (1,))
    assert WindowBins.of(one + one) is None
    assert WindowBins.of(Counts.empty(LAYOUT)) is None
    assert WindowBins.of(Counts()) is None


def test_the_text_says_what_is_allowed_and_what_is_not() -> None:
    terms = OFFER.terms
    assert terms.requested_purposes == {"tests", "training"}
    assert terms.text(["tests"]) == "All of Acme hear it. It is tested on. It is not shown. Until I say so. I may."
    assert terms.digest(["tests"]) != terms.digest(["tests", "training"])

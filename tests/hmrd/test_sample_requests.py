"""The windows that a device keeps, and the answers of its owner: nothing is due but what the owner allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hmrd.protocol.samples import AnswerKind, PageAnswer, WindowBins
from hmrd.sample_requests import (
    LONGEST_STORED,
    MOST_BYTES,
    MOST_STORED,
    SPACING,
    OwnerAnswerRefused,
    SampleLedger,
    StoredWindow,
    agree,
    dues,
    expire,
    follow_page,
    is_odd,
    is_wanted,
    keep,
    refuse,
    renumbered,
    windows_for,
    with_changed,
    with_offers,
)
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord
from tests.support.hmrd.offers import OFFER, REQUEST, RUNE
from tests.support.watch import LAYOUT

KNOCK, SPEECH = WindowBins(2, 3, (1,)), WindowBins(1, 3, (1,))
NOW = 1_800_000_000.0


def window(number: int, bins: WindowBins = KNOCK, *, at: float | None = None, size: int = 100) -> StoredWindow:
    time = NOW + number * SPACING if at is None else at
    return StoredWindow(number, RUNE, "acme/door/gateways", time, bins, bins is SPEECH, "wav", size)


def ledger_with(*windows: StoredWindow) -> SampleLedger:
    ledger = with_offers(SampleLedger(), [OFFER])
    for each in windows:
        ledger, _ = keep(ledger, each, each.at)
    return ledger


def numbers(windows: tuple[StoredWindow, ...]) -> list[int]:
    return [each.number for each in windows]


class TestKeeping:
    def test_a_window_is_kept_for_a_request_or_because_it_is_odd(self) -> None:
        ledger = ledger_with()
        assert is_wanted(ledger, RUNE, KNOCK, False, NOW)
        assert is_wanted(ledger, RUNE, SPEECH, True, NOW)
        assert not is_wanted(ledger, RUNE, SPEECH, False, NOW)
        assert not is_wanted(ledger, f"sha256:{'77' * 32}", KNOCK, False, NOW), "another rune"
        assert not is_wanted(ledger, RUNE, KNOCK, False, OFFER.ends), "the request ended"

    def test_not_two_within_a_minute_for_one_reason(self) -> None:
        ledger = ledger_with(window(1, at=NOW))
        assert not is_wanted(ledger, RUNE, KNOCK, False, NOW + SPACING - 1)
        assert is_wanted(ledger, RUNE, KNOCK, False, NOW + SPACING)
        assert is_wanted(ledger, RUNE, KNOCK, False, NOW - 86_400), "the clock was set back"
        assert is_wanted(ledger, RUNE, SPEECH, True, NOW + 1), "for another reason"

    def test_none_for_a_request_that_the_owner_refused(self) -> None:
        assert not is_wanted(refuse(ledger_with(), REQUEST, AnswerKind.NO), RUNE, KNOCK, False, NOW)

    def test_those_that_nobody_asks_for_go_first_and_what_was_allowed_stays(self) -> None:
        ledger = ledger_with(window(1), window(2, SPEECH))
        ledger = agree(ledger, OFFER, windows=[1])
        for number in range(3, MOST_STORED + 3):
            ledger, deleted_windows = keep(ledger, window(number), NOW)
            assert len(ledger.windows) <= MOST_STORED
        assert 2 not in numbers(ledger.windows)
        assert numbers(deleted_windows) == [3]
        assert 1 in numbers(ledger.windows)

    def test_there_are_never_more_bytes_than_may_be(self) -> None:
        ledger = ledger_with(*(window(number, size=MOST_BYTES // 4) for number in range(1, 7)))
        assert numbers(ledger.windows) == [3, 4, 5, 6]

    def test_a_window_goes_after_a_week_or_with_its_deployment(self) -> None:
        ledger = ledger_with(window(1, at=NOW))
        assert expire(ledger, NOW + LONGEST_STORED - 1)[0] == ledger
        assert expire(ledger, NOW + LONGEST_STORED)[0].windows == ()
        assert expire(ledger, NOW - 3600)[0].windows == (), "it is of the future: the clock was wrong"
        assert expire(ledger, NOW, "acme/door/gateways")[0] == ledger
        assert expire(ledger, NOW, "acme/door/others")[0].windows == ()


class TestOddity:
    REFERENCE = WatchRecord(LAYOUT, Counts((0, 0, 1000), (5, 15, 480, 500), ((0, 1000, 0),)))

    def test_an_answer_is_odd_that_is_less_sure_than_nearly_all_on_the_test_samples(self) -> None:
        odd = [is_odd(WindowBins(2, place, (1,)), self.REFERENCE) for place in range(4)]
        assert odd == [True, True, False, False]

    def test_without_test_samples_none_is_odd(self) -> None:
        assert not is_odd(WindowBins(2, 0, (1,)), WatchRecord(LAYOUT))


class TestAnswers:
    def test_nothing_is_due_before_the_owner_answers(self) -> None:
        assert list(dues(ledger_with(window(1)))) == []

    def test_a_yes_allows_the_windows_and_purposes_that_were_chosen(self) -> None:
        ledger = ledger_with(window(1), window(2), window(3, SPEECH))
        (answer,) = dues(agree(ledger, OFFER, purposes=["tests"], windows=[1]))
        assert (answer.kind, answer.windows, answer.purposes) == (AnswerKind.YES, (1,), ("tests",))
        assert answer.terms == OFFER.terms.digest(["tests"])
        (answer,) = dues(agree(ledger, OFFER))
        assert (answer.windows, answer.purposes) == ((1, 2), ("tests", "training"))

    @pytest.mark.parametrize("wrong", [{"purposes": ["readers"]}, {"purposes": []}, {"windows": [3]}, {"windows": [9]}])
    def test_what_the_request_is_not_about_is_not_allowed(self, wrong: dict[str, list[object]]) -> None:
        with pytest.raises(OwnerAnswerRefused):
            agree(ledger_with(window(1), window(3, SPEECH)), OFFER, **wrong)  # type: ignore[arg-type]

    def test_a_request_gets_no_more_windows_than_it_asks_for(self) -> None:
        ledger = ledger_with(*(window(number) for number in range(1, 6)))
        assert numbers(windows_for(ledger, OFFER)) == [5, 4, 3]
        answer = agree(ledger, OFFER).answers[0]
        ledger = with_changed(agree(ledger, OFFER), replace(answer, sent=2, windows=()))
        assert numbers(windows_for(ledger, OFFER)) == [5]

    def test_each_answer_has_a_higher_number_and_replaces_the_one_before(self) -> None:
        ledger = refuse(agree(ledger_with(window(1)), OFFER), REQUEST, AnswerKind.TAKE_BACK)
        (answer,) = dues(ledger)
        assert (answer.kind, answer.number, answer.windows) == (AnswerKind.TAKE_BACK, 2, ())
        assert renumbered(ledger, answer, 7).answers[0].number == 8

    def test_what_was_done_for_an_earlier_answer_does_not_touch_a_later_one(self) -> None:
        ledger = agree(ledger_with(window(1)), OFFER)
        (first,) = ledger.answers
        ledger = refuse(ledger, REQUEST, AnswerKind.NO)
        assert with_changed(ledger, replace(first, is_reported=True)) == ledger


class TestPageAnswers:
    def offered(self, page: PageAnswer | None) -> SampleLedger:
        return with_offers(ledger_with(window(1), window(2)), [replace(OFFER, page=page)])

    def test_an_answer_on_the_page_is_followed_once(self) -> None:
        ledger = follow_page(self.offered(PageAnswer(1, AnswerKind.YES, ("tests", "readers"))))
        (answer,) = ledger.answers
        assert (answer.windows, answer.purposes, answer.page) == ((1, 2), ("tests",), 1)
        assert follow_page(ledger) == ledger
        (later,) = follow_page(with_offers(ledger, self.offered(PageAnswer(2, AnswerKind.NO)).offers)).answers
        assert (later.kind, later.number) == (AnswerKind.NO, 2)

    def test_a_page_that_allows_nothing_that_is_asked_says_nothing(self) -> None:
        assert follow_page(self.offered(PageAnswer(1, AnswerKind.YES, ("readers",)))).answers == ()
        assert follow_page(self.offered(None)).answers == ()

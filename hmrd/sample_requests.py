"""The odd windows that a device keeps, the requests for them, and the answers of its owner. Pure.

A window is kept while telemetry is on: one that an open request is about, or whose answer was surer than few of those
on the test samples. Nothing in here sends anything: `dues` says what an answer of the owner allows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hmrd.protocol.samples import ODD_SHARE, AnswerKind, OfferAnswer, SampleOffer, WindowBins
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord

MOST_STORED: Final = 16
MOST_BYTES: Final = 8 * 1024 * 1024
LONGEST_STORED: Final = 7 * 86_400.0
"""Seconds for which a window is kept."""
SPACING: Final = 60.0
"""Seconds between two windows that are kept for the same reason: else a minute of one noise would be all, and a disk
would be written each second."""
MOST_ANSWERS: Final = 32


@dataclass(frozen=True)
class StoredWindow:
    """A window that is kept, without its bytes."""

    number: int
    """Counts up, and is never used again."""
    rune: str
    """The digest of the rune that answered."""
    deployment: str
    """The deployment that wanted the rune."""
    at: float
    """The time by the system's clock."""
    bins: WindowBins
    is_odd: bool
    """True of one that is odd by itself."""
    ending: str
    size: int


@dataclass(frozen=True)
class OwnerAnswer:
    """The last answer of the owner to a request, and what is still to be done for it."""

    request: str
    number: int
    kind: AnswerKind
    purposes: tuple[str, ...] = ()
    terms: str = ""
    """The digest of the text that was read."""
    windows: tuple[int, ...] = ()
    """The windows that are allowed and not sent yet."""
    sent: int = 0
    is_reported: bool = False
    """Whether the server has the answer."""
    page: int = 0
    """The number of the last answer on the device's page that was followed."""
    refusal: str = ""
    """The reason why the server did not take it, or a window of it."""

    @property
    def message(self) -> OfferAnswer:
        """The answer as the server gets it."""
        return OfferAnswer(self.request, self.number, self.kind, self.purposes, self.terms)


@dataclass(frozen=True)
class SampleLedger:
    """The windows, the open requests and the answers of a rune of the device."""

    windows: tuple[StoredWindow, ...] = ()
    """The oldest first."""
    offers: tuple[SampleOffer, ...] = ()
    answers: tuple[OwnerAnswer, ...] = ()
    next_window: int = 1

    def answer_to(self, request: str) -> OwnerAnswer | None:
        """Returns the last answer to a request."""
        return next((each for each in self.answers if each.request == request), None)

    def open_offers(self, now: float) -> tuple[SampleOffer, ...]:
        """Returns the requests that have not ended."""
        return tuple(each for each in self.offers if now < each.ends)


class OwnerAnswerRefused(ValueError):
    """An answer of the owner is not possible. The text says why."""


def is_odd(bins: WindowBins, record: WatchRecord) -> bool:
    """Returns whether an answer is less sure than nearly all on the test samples. Without test samples none is."""
    reference = record.reference
    if reference is None or bins.confidence is None or not sum(reference.confidence):
        return False
    return sum(reference.confidence[: bins.confidence + 1]) <= ODD_SHARE * sum(reference.confidence)


def bins_of(counts: Counts | None) -> WindowBins | None:
    """Returns the bins of the one answer that a rune counted; None where it counted none, or several."""
    return None if counts is None else WindowBins.of(counts)


def is_wanted(ledger: SampleLedger, rune: str, bins: WindowBins, odd: bool, now: float) -> bool:
    """Returns whether a window is to be kept: for a reason for which none was kept a moment ago."""
    matching_offers = [each for each in ledger.open_offers(now) if is_about(each, rune, bins)]
    last_odd = max((each.at for each in ledger.windows if each.is_odd), default=None)
    if odd and not matching_offers:
        return _is_past(last_odd, now)
    for offer in matching_offers:
        last = max((each.at for each in ledger.windows if is_about(offer, each.rune, each.bins)), default=None)
        answer = ledger.answer_to(offer.id)
        is_refused = answer is not None and answer.kind is not AnswerKind.YES
        if not is_refused and _is_past(last, now):
            return True
    return False


def _is_past(last: float | None, now: float) -> bool:
    # A clock that was set back must not keep windows away for years.
    return last is None or not last <= now < last + SPACING


def is_about(offer: SampleOffer, rune: str, bins: WindowBins) -> bool:
    """Returns whether a request is about a window."""
    return offer.rune == rune and offer.condition.matches(bins)


def keep(ledger: SampleLedger, window: StoredWindow, now: float) -> tuple[SampleLedger, tuple[StoredWindow, ...]]:
    """Returns the ledger with a window, and those that had to go: first those that no request is about, the oldest
    first. What the owner allowed and is not sent yet stays."""
    windows = [*ledger.windows, window]
    promised_windows = _promised(ledger)

    def rank(each: StoredWindow) -> tuple[bool, bool, float]:
        is_requested = any(is_about(offer, each.rune, each.bins) for offer in ledger.open_offers(now))
        return each.number in promised_windows, is_requested, each.at

    deleted_windows = []
    while len(windows) > MOST_STORED or sum(each.size for each in windows) > MOST_BYTES:
        oldest = min(windows, key=rank)
        windows.remove(oldest)
        deleted_windows.append(oldest)
    return replace(ledger, windows=tuple(windows), next_window=window.number + 1), tuple(deleted_windows)


def expire(ledger: SampleLedger, now: float, deployment: str = "") -> tuple[SampleLedger, tuple[StoredWindow, ...]]:
    """Returns the ledger without the windows whose time is over, and these. A window of the future is of a clock that
    was wrong. With a deployment, also without those of any other one."""
    deleted_windows = tuple(
        each
        for each in ledger.windows
        if not -SPACING <= now - each.at < LONGEST_STORED or deployment not in ("", each.deployment)
    )
    return without(ledger, {each.number for each in deleted_windows}), deleted_windows


def without(ledger: SampleLedger, numbers: Collection[int]) -> SampleLedger:
    """Returns the ledger without some windows."""
    answers = tuple(
        replace(each, windows=tuple(number for number in each.windows if number not in numbers))
        for each in ledger.answers
    )
    windows = tuple(each for each in ledger.windows if each.number not in numbers)
    return replace(ledger, windows=windows, answers=answers)


def with_offers(ledger: SampleLedger, offers: Sequence[SampleOffer]) -> SampleLedger:
    """Returns the ledger with the requests that are open now."""
    return replace(ledger, offers=tuple(offers))


def windows_for(ledger: SampleLedger, offer: SampleOffer) -> tuple[StoredWindow, ...]:
    """Returns the windows that a request is about, the newest first, at most as many as it may still get."""
    answer = ledger.answer_to(offer.id)
    rest = offer.most - (answer.sent if answer else 0)
    matching_windows = [each for each in reversed(ledger.windows) if is_about(offer, each.rune, each.bins)]
    return tuple(matching_windows[: max(0, rest)])


def agree(
    ledger: SampleLedger,
    offer: SampleOffer,
    *,
    purposes: Collection[str] | None = None,
    windows: Collection[int] | None = None,
    page: int = 0,
) -> SampleLedger:
    """Returns the ledger after the owner said yes: to all purposes that are asked for and all windows that a request is
    about, or to some. Raises `OwnerAnswerRefused`."""
    chosen_purposes = offer.terms.requested_purposes if purposes is None else frozenset(purposes)
    if not chosen_purposes or not chosen_purposes <= offer.terms.requested_purposes:
        raise OwnerAnswerRefused(
            f"This request asks for {', '.join(sorted(offer.terms.requested_purposes))}, and for nothing else."
        )
    possible_windows = {each.number for each in windows_for(ledger, offer)}
    chosen_numbers = possible_windows if windows is None else set(windows)
    if foreign := chosen_numbers - possible_windows:
        raise OwnerAnswerRefused(f"Window {min(foreign)} is not one of this request. Nothing was sent.")
    former = ledger.answer_to(offer.id)
    answer = OwnerAnswer(
        offer.id,
        _next_number(former),
        AnswerKind.YES,
        tuple(sorted(chosen_purposes)),
        offer.terms.digest(chosen_purposes),
        tuple(sorted(chosen_numbers)),
        former.sent if former is not None else 0,
        page=max(page, former.page if former else 0),
    )
    return _with_answer(ledger, answer)


def refuse(ledger: SampleLedger, request: str, kind: AnswerKind, page: int = 0) -> SampleLedger:
    """Returns the ledger after the owner said no, or takes back what was sent."""
    former = ledger.answer_to(request)
    number, last_page = _next_number(former), former.page if former else 0
    return _with_answer(ledger, OwnerAnswer(request, number, kind, page=max(page, last_page)))


def follow_page(ledger: SampleLedger) -> SampleLedger:
    """Returns the ledger after the answers that a member left on the device's page, each once. Whether the device
    follows them, the caller decides."""
    for offer in ledger.offers:
        page, former = offer.page, ledger.answer_to(offer.id)
        if page is None or page.number <= (former.page if former else 0):
            continue
        if page.kind is AnswerKind.YES and offer.terms.requested_purposes & set(page.purposes):
            ledger = agree(
                ledger, offer, purposes=offer.terms.requested_purposes & set(page.purposes), page=page.number
            )
        elif page.kind is not AnswerKind.YES:
            ledger = refuse(ledger, offer.id, page.kind, page.number)
    return ledger


def dues(ledger: SampleLedger) -> Iterator[OwnerAnswer]:
    """Yields the answers of which the server has to hear, or get windows."""
    for answer in ledger.answers:
        if not answer.refusal and (not answer.is_reported or answer.windows):
            yield answer


def with_changed(ledger: SampleLedger, answer: OwnerAnswer) -> SampleLedger:
    """Returns the ledger after something was done for an answer, unless the owner gave another one meanwhile."""
    answers = tuple(
        answer if (each.request, each.number) == (answer.request, answer.number) else each for each in ledger.answers
    )
    return replace(ledger, answers=answers)


def renumbered(ledger: SampleLedger, answer: OwnerAnswer, last: int) -> SampleLedger:
    """Returns the ledger with the next number for an answer: the server has a later one, as after a restored copy."""
    later = replace(answer, number=max(last, answer.number) + 1)
    answers = tuple(
        later if (each.request, each.number) == (answer.request, answer.number) else each for each in ledger.answers
    )
    return replace(ledger, answers=answers)


def _with_answer(ledger: SampleLedger, answer: OwnerAnswer) -> SampleLedger:
    others = tuple(each for each in ledger.answers if each.request != answer.request)
    return replace(ledger, answers=(*others, answer)[-MOST_ANSWERS:])


def _next_number(former: OwnerAnswer | None) -> int:
    return 1 if former is None else former.number + 1


def _promised(ledger: SampleLedger) -> frozenset[int]:
    return frozenset(number for answer in ledger.answers for number in answer.windows)

"""The part of `hmrd collect` that is about requests for samples: they are shown, and the owner answers them."""

from __future__ import annotations

import argparse
import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hmrd.protocol.local import LocalCommand
from hmrd.protocol.samples import AnswerKind
from rune.wording import counted, size_text

Ask = Callable[..., Mapping[str, Any]]
"""Asks the daemon: a command with its arguments."""
_SHORT: Final = 8
"""Letters of an id that people see and type."""
_ANSWERS: Final = {"yes": "you said yes", "no": "you said no", "take-back": "you took it back"}


class OffersFailed(Exception):
    """The command cannot do what was asked. The text says why."""


def add_offers(parser: argparse.ArgumentParser, what: argparse._MutuallyExclusiveGroup) -> None:
    """Adds the arguments."""
    what.add_argument("--offers", action="store_true", help="show who asks for samples, and the windows that are kept")
    what.add_argument("--window", type=int, metavar="NUMBER", help="write a kept window to a file (--output)")
    what.add_argument("--yes", metavar="ID", help="send kept windows to who asks for them")
    what.add_argument("--no", metavar="ID", help="send nothing to who asks")
    what.add_argument("--take-back", metavar="ID", help="have all deleted that was sent for a request")
    parser.add_argument("--windows", metavar="NUMBERS", help="with --yes: these alone, such as 1,3")
    parser.add_argument("--purposes", metavar="WORDS", help="with --yes: for these alone, such as tests,training")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="with --window: the file to write")


def has_offers(options: argparse.Namespace) -> bool:
    """Returns whether the command is about requests."""
    return options.offers or any(value is not None for value in (options.window, *_answers(options).values()))


def answer_offers(options: argparse.Namespace, ask: Ask) -> None:
    """Shows the requests, writes a window, or answers. Raises `OffersFailed`."""
    if options.window is not None:
        print(_write_window(options, ask))
        return
    for kind, request in _answers(options).items():
        if request is not None:
            print(_answer(options, ask, kind, request))
            return
    print("\n".join(_lines(ask(LocalCommand.OFFERS))))


def _answers(options: argparse.Namespace) -> Mapping[AnswerKind, str | None]:
    return {AnswerKind.YES: options.yes, AnswerKind.NO: options.no, AnswerKind.TAKE_BACK: options.take_back}


def _answer(options: argparse.Namespace, ask: Ask, kind: AnswerKind, request: str) -> str:
    is_yes = kind is AnswerKind.YES
    purposes = options.purposes.split(",") if is_yes and options.purposes is not None else None
    windows = _numbers(options.windows) if is_yes and options.windows is not None else None
    result = ask(LocalCommand.ANSWER_OFFER, id=request, kind=str(kind), purposes=purposes, windows=windows)
    name = result["request"][:_SHORT]
    match kind:
        case AnswerKind.YES:
            count = len(result["windows"])
            return f"You agreed: {result['text']}\n{counted(count, 'window')} will be sent for request {name}."
        case AnswerKind.NO:
            return f"Nothing is sent for request {name}. The server gets a no."
        case AnswerKind.TAKE_BACK:
            return f"The server will delete all that was sent for request {name}."


def _numbers(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise OffersFailed("--windows takes numbers with commas between them, such as 1,3.")
    return [int(part) for part in parts]


def _write_window(options: argparse.Namespace, ask: Ask) -> str:
    result = ask(LocalCommand.STORED_WINDOW, number=options.window)
    path = options.output or Path(f"window-{options.window}.{result['ending']}")
    data = base64.b64decode(result["data"])
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OffersFailed(f"{path} cannot be written: {error.strerror}.") from None
    return f"Wrote {path}, {size_text(len(data))}. Delete it when you have heard or seen it."


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yields the requests and the windows in words."""
    if not result["is_on"]:
        yield "No windows are kept: the server wants no counts, or hmrd.toml says [samples] keep = false."
    elif not result["offers"]:
        yield "Nobody asks for samples now."
    for offer in result["offers"]:
        yield from _offer_lines(offer)
    open_ids = {offer["id"] for offer in result["offers"]}
    for answer in result["answered"]:
        if answer["request"] not in open_ids:
            yield f"{answer['request'][:_SHORT]}: over; {_state(answer)}"
    if result["windows"]:
        yield ""
        yield f"{counted(len(result['windows']), 'window')} kept on this device, encrypted, each for at most 7 days:"
    for window in result["windows"]:
        time = datetime.fromtimestamp(window["at"], UTC)
        odd = ", odd by itself" if window["is_odd"] else ""
        facts = f"{time:%Y-%m-%d %H:%M} UTC, {window['ending']}, {size_text(window['size'])}{odd}"
        yield f"  {window['number']}: {window['text'] or 'an answer of an earlier rune'} ({facts})"
    if result["windows"]:
        yield "  hmrd collect --window NUMBER writes one to a file, so that you hear or see it first."


def _offer_lines(offer: Mapping[str, Any]) -> Iterator[str]:
    name = offer["id"][:_SHORT]
    ends = datetime.fromtimestamp(offer["ends"], UTC)
    yield f"{name}: {offer['asks']}"
    yield f"  At most {counted(offer['most'], 'window')}; you may answer until {ends:%Y-%m-%d %H:%M} UTC."
    yield f"  Purposes: {', '.join(offer['purposes'])}"
    yield f"  {offer['text']}"
    numbers = ", ".join(map(str, offer["windows"])) or "none yet"
    yield f"  Windows on this device that it is about: {numbers}"
    if offer["answer"] is not None:
        yield f"  {_state(offer['answer'])[0].upper()}{_state(offer['answer'])[1:]}"
    yield f"  hmrd collect --yes {name} [--windows 1,3] [--purposes tests], or hmrd collect --no {name}"
    yield ""


def _state(answer: Mapping[str, Any]) -> str:
    notice = "" if answer["is_reported"] or answer["refusal"] else ", and the server was not told yet"
    sent_text = f"; {counted(answer['sent'], 'window')} sent" if answer["sent"] else ""
    unsent = f"; {answer['unsent']} still to send" if answer["unsent"] else ""
    refusal = f"; not taken: {answer['refusal']}" if answer["refusal"] else ""
    return f"{_ANSWERS[answer['kind']]}{notice}{sent_text}{unsent}{refusal}"

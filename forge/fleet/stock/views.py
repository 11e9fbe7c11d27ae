"""hawkBit's Direct Device Integration API, as SWUpdate and Zephyr ask it. The tenant is in the token.

https://eclipse.dev/hawkbit/apis/ddi_api/ describes it. Everything is answered 200: Zephyr's client takes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from forge.core.http.blob_responses import part_response
from forge.fleet.devices.seen import seen_devices
from forge.fleet.hooks import StockImage
from forge.fleet.models import StockAccount, StockAction
from forge.fleet.protocol.answering import device_response
from forge.fleet.protocol.refusals import ACTION_UNKNOWN, IMAGE_UNKNOWN, DeviceRefusal
from forge.fleet.stock.authentication import require_account
from forge.fleet.stock.documents import action_document, cancel_document, md5sum_name, poll_document
from forge.fleet.stock.messages import LARGEST_MESSAGE, read_attributes, read_feedback
from forge.fleet.stock.models import ActionState
from forge.fleet.stock.offering import current_offer, image_of, start, take_cancel_feedback, take_feedback
from hmrd.protocol.addresses import STOCK_ROOTS
from hmrd.protocol.reading import parsed

_Answer = Callable[..., HttpResponse]
_STARTED = (ActionState.OFFERED, ActionState.STARTED)
_INSTALLED = (ActionState.SUCCEEDED,)


def _answer_poll(request: HttpRequest, account: StockAccount) -> HttpResponse:
    offer = current_offer(account, account.device, timezone.now())
    document = poll_document(
        _base(request),
        settings.DEVICE_POLL_SECONDS,
        is_configured=account.configured is not None,
        deployment=offer.deployment,
        stopped_action=offer.cancelled,
        installed=offer.installed,
    )
    return JsonResponse(document)


def _answer_configuration(request: HttpRequest, account: StockAccount) -> HttpResponse:
    """Stores what a client says of itself. Groups do not ask for it, so that no client chooses its group."""
    account.attributes = read_attributes(parsed(request.body, LARGEST_MESSAGE))
    account.configured = timezone.now()
    account.save(update_fields=["attributes", "configured"])
    return _done()


def _answer_deployment(request: HttpRequest, account: StockAccount, number: str) -> HttpResponse:
    action = _action(account, number, _STARTED)
    image = _image(account, action)
    start(account, account.device, action, timezone.now())
    return JsonResponse(action_document(_base(request), action, image))


def _answer_installed(request: HttpRequest, account: StockAccount, number: str) -> HttpResponse:
    action = _action(account, number, _INSTALLED)
    return JsonResponse(action_document(_base(request), action, _image(account, action)))


def _answer_cancel(request: HttpRequest, account: StockAccount, number: str) -> HttpResponse:
    return JsonResponse(cancel_document(_action(account, number, (ActionState.CANCELLING,))))


def _take_feedback(request: HttpRequest, account: StockAccount, number: str) -> HttpResponse:
    feedback = read_feedback(parsed(request.body, LARGEST_MESSAGE))
    _or_unknown(take_feedback, account, account.device, int(number), feedback, timezone.now())
    return _done()


def _take_cancel_feedback(request: HttpRequest, account: StockAccount, number: str) -> HttpResponse:
    feedback = read_feedback(parsed(request.body, LARGEST_MESSAGE))
    _or_unknown(take_cancel_feedback, account, account.device, int(number), feedback, timezone.now())
    return _done()


def _answer_artifact(request: HttpRequest, account: StockAccount, number: str, name: str) -> HttpResponse:
    """Returns the bytes of an image, whole or in parts, or their MD5."""
    action = _action(account, number, (*_STARTED, ActionState.CANCELLING, *_INSTALLED))
    image, filename = _image(account, action), unquote(name)
    if md5sum_name(filename) == image.name:
        return HttpResponse(f"{image.md5}  {image.name}\n", content_type="text/plain; charset=utf-8")
    if filename != image.name:
        raise DeviceRefusal(IMAGE_UNKNOWN)
    response = part_response(request, image.digest, image.size, filename=image.name)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]


_NUMBER: Final = r"/(?P<number>[1-9][0-9]{0,8})"
_ADDRESSES: Final[tuple[tuple[re.Pattern[str], dict[str, _Answer]], ...]] = tuple(
    (re.compile(pattern), answers)
    for pattern, answers in (
        ("", {"GET": _answer_poll}),
        ("/configData", {"PUT": _answer_configuration, "POST": _answer_configuration}),
        (f"/deploymentBase{_NUMBER}", {"GET": _answer_deployment}),
        (f"/deploymentBase{_NUMBER}/feedback", {"POST": _take_feedback}),
        (f"/installedBase{_NUMBER}", {"GET": _answer_installed}),
        (f"/cancelAction{_NUMBER}", {"GET": _answer_cancel}),
        (f"/cancelAction{_NUMBER}/feedback", {"POST": _take_cancel_feedback}),
        (
            f"/softwaremodules{_NUMBER}/artifacts/(?P<name>[^/]+)",
            {"GET": _answer_artifact, "HEAD": _answer_artifact},
        ),
    )
)


@csrf_exempt
def stock_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything below the root of the API."""
    root = next(each for each in STOCK_ROOTS if request.path.startswith(each))
    controller, slash, below = request.path.removeprefix(root).partition("/")
    for pattern, answers in _ADDRESSES:
        if controller and (match := pattern.fullmatch(slash + below)):
            names = match.groupdict()
            return device_response(
                request, {method: _with_account(answer, controller, names) for method, answer in answers.items()}
            )
    return device_response(request, None)


def _with_account(answer: _Answer, controller: str, names: dict[str, Any]) -> Callable[[HttpRequest], HttpResponse]:
    def answered(request: HttpRequest) -> HttpResponse:
        account = require_account(request, controller)
        seen_devices.note(account.device_id, timezone.now())
        return answer(request, account, **names)

    return answered


def _action(account: StockAccount, number: str, states: tuple[ActionState, ...]) -> StockAction:
    action = account.actions.filter(number=int(number), state__in=states).first()
    if action is None:
        raise DeviceRefusal(ACTION_UNKNOWN)
    return action


def _image(account: StockAccount, action: StockAction) -> StockImage:
    """Returns the image of an action, of the deployment that the device still belongs to."""
    assignment = account.device.assignment
    is_own = assignment is not None and assignment.deployment == action.deployment
    image = image_of(action.deployment, action.release) if is_own else None
    if image is None or image.digest != action.image:
        raise DeviceRefusal(IMAGE_UNKNOWN)
    return image


def _or_unknown(take: Callable[..., None], *arguments: Any) -> None:
    try:
        take(*arguments)
    except StockAction.DoesNotExist:
        raise DeviceRefusal(ACTION_UNKNOWN) from None


def _base(request: HttpRequest) -> str:
    """Returns the address of the client at the host that it asked, whatever its server's other names are."""
    controller = request.path.split("/")[4]
    return f"{request.scheme}://{request.get_host()}{STOCK_ROOTS[1]}{controller}"


def _done() -> HttpResponse:
    return JsonResponse({})

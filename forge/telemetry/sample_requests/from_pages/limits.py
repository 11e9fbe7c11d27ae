"""Limits how often web pages send windows, and take them back: by the key of the deployment, and by a network address
that is not kept."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from forge.accounts.sign_in.attempts import network_of
from forge.core.cache import windows
from forge.core.errors import CountersUnavailable
from forge.core.http.proxies import is_behind_unnamed_proxy
from forge.deployments.serving.refusals import TOO_OFTEN, ServingRefusal

WINDOWS_A_MINUTE: Final = 120
"""The limit for one key. A recording is read by a process of its own, so this is far below that of counts."""
WINDOWS_AN_HOUR: Final = 64
"""The limit for one address and key: two people who send all that four requests ask for."""
TAKE_BACKS_AN_HOUR: Final = 60
"""The limit for one address."""
_HOUR: Final = 3600


def require_window_rate(request: HttpRequest, key: UUID) -> None:
    """Counts a window with the key of a deployment. Raises `ServingRefusal` where there were too many, and where nobody
    can count them: a window is never needed, and is not let in uncounted."""
    try:
        if windows.count(f"page-samples:{key.hex}", 60).times > WINDOWS_A_MINUTE:
            raise ServingRefusal(TOO_OFTEN, f"{WINDOWS_A_MINUTE} windows a minute are taken for a key. Wait a minute.")
        _require_address(request, f"page-samples-of {key.hex}", WINDOWS_AN_HOUR)
    except CountersUnavailable:
        raise ServingRefusal(TOO_OFTEN, "The server cannot count windows now. Try it again in a minute.") from None


def require_take_back_rate(request: HttpRequest) -> None:
    """Counts a message that takes back. Raises `ServingRefusal` where there were too many from one address."""
    try:
        _require_address(request, "page-take-backs", TAKE_BACKS_AN_HOUR)
    except CountersUnavailable:
        # All that somebody takes back goes, whether it is counted or not.
        return


def _require_address(request: HttpRequest, name: str, most: int) -> None:
    # Behind a proxy that nobody named, all have one address.
    if is_behind_unnamed_proxy(request):
        return
    # The counter goes by a digest that only this server can compute, and is gone after the hour.
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    digest = salted_hmac("page-samples", f"{name} {network}", algorithm="sha256").hexdigest()[:32]
    if windows.count(f"page-samples-of:{digest}", _HOUR).times > most:
        raise ServingRefusal(TOO_OFTEN, f"{most} an hour are taken from one address.")

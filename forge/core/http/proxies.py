"""Notices a reverse proxy that TRUSTED_PROXIES does not name: then all visitors seem to come from one address.

Its header is not believed, since anyone can send one. The log says so once, and the owners' pages say so too.
"""

from __future__ import annotations

import ipaddress
import logging

from django.http import HttpRequest

_log = logging.getLogger(__name__)

_FORWARDED_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")

_noticed_proxies: list[str] = []
"""The first such proxy that this process met; a list, so that it is one value for the process."""


def is_behind_unnamed_proxy(request: HttpRequest) -> bool:
    """Returns whether a request seems to have passed a proxy that is not named.

    A proxy is near: its address is private. Where it is named, uvicorn has put an address of the header in its place.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded_addresses = [request.META[header] for header in _FORWARDED_HEADERS if header in request.META]
    if not forwarded_addresses or any(address in header for header in forwarded_addresses):
        return False
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def notice_proxy(request: HttpRequest) -> None:
    """Warns of the first unnamed proxy."""
    if _noticed_proxies or not is_behind_unnamed_proxy(request):
        return
    address = request.META["REMOTE_ADDR"]
    _noticed_proxies.append(address)
    _log.warning(
        "A reverse proxy at %s stands before this server and TRUSTED_PROXIES does not name it: all visitors seem to "
        "come from one address, and limits by address meet all of them together. Start with TRUSTED_PROXIES=%s",
        address,
        address,
    )


def unnamed_proxy() -> str:
    """The address of the unnamed proxy that was noticed since the start; "" without one."""
    return _noticed_proxies[0] if _noticed_proxies else ""


def forget_proxy() -> None:
    """Clears the recorded proxy, for tests."""
    _noticed_proxies.clear()

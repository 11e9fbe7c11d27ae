"""Limits how often devices may ask, and codes be tried. Many devices share an address, so that a
limit is a device's own."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest

from forge.accounts.sign_in.attempts import network_of
from forge.core.cache import windows
from forge.core.cache.windows import WindowCount
from forge.core.errors import CountersUnavailable
from forge.core.http.proxies import is_behind_unnamed_proxy
from forge.fleet.protocol.refusals import TOO_OFTEN, DeviceRefusal

REQUESTS_A_MINUTE = 120
"""The limit for one device."""
COUNTS_A_MINUTE = 10
"""Requests with counts of one device, each with up to 64 documents: a year of them takes a minute."""
SAMPLES_A_MINUTE = 70
"""Answers and windows of one device: all windows of a request, and no more."""
CODES_A_MINUTE = 10
"""Codes that are tried from one address."""
FAILED_CODES_A_MINUTE = 60
"""Codes that are tried in vain, from all addresses together: of 2**45 codes nobody finds one at this rate."""


def require_rate(device: UUID) -> None:
    """Counts a request of a device, whose signature was verified. Raises `DeviceRefusal`."""
    try:
        requests = windows.count(f"device:{device.hex}", 60)
    except CountersUnavailable:
        # A device is let in without being counted.
        return
    if requests.times > REQUESTS_A_MINUTE:
        raise DeviceRefusal(TOO_OFTEN, f"A device may ask {REQUESTS_A_MINUTE} times a minute. Ask again in a minute.")


def require_counts_rate(device: UUID) -> None:
    """Counts a request of a device that has documents of counts. Raises `DeviceRefusal`."""
    try:
        requests = windows.count(f"device-counts:{device.hex}", 60)
    except CountersUnavailable:
        return
    if requests.times > COUNTS_A_MINUTE:
        raise DeviceRefusal(TOO_OFTEN, f"A device may send counts {COUNTS_A_MINUTE} times a minute. Wait a minute.")


def require_samples_rate(device: UUID) -> None:
    """Counts an answer to a request for samples, or a window, of a device. Raises `DeviceRefusal`."""
    try:
        requests = windows.count(f"device-samples:{device.hex}", 60)
    except CountersUnavailable:
        return
    if requests.times > SAMPLES_A_MINUTE:
        raise DeviceRefusal(TOO_OFTEN, f"A device may send {SAMPLES_A_MINUTE} samples a minute. Wait a minute.")


def begin_code(request: HttpRequest) -> WindowCount:
    """Counts a code as tried in vain, before it is looked up. Raises `DeviceRefusal`, and `CountersUnavailable`."""
    # Behind a proxy that nobody named, all have one address.
    if not is_behind_unnamed_proxy(request):
        address = network_of(request.META.get("REMOTE_ADDR", ""))
        if windows.count(f"device-codes:{address}", 60).times > CODES_A_MINUTE:
            raise DeviceRefusal(
                TOO_OFTEN, f"{CODES_A_MINUTE} codes a minute are taken from one address. Wait a minute."
            )
    attempt = windows.count("device-codes", 60)
    if attempt.times > FAILED_CODES_A_MINUTE:
        raise DeviceRefusal(TOO_OFTEN, "Too many codes were tried at this server. Wait a minute.")
    return attempt


def forgive_code(attempt: WindowCount) -> None:
    """Counts a code as no failure."""
    if cache.get(attempt.key):
        cache.decr(attempt.key)

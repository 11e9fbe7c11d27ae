"""Limits how often web pages send counts: by the key of the deployment, and by a network address that is not kept."""

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

REPORTS_A_MINUTE: Final = 1200
"""The limit for one key: 72,000 pages that send once an hour."""
REPORTS_AN_HOUR: Final = 240
"""The limit for one address and key. A school has one address, and a page sends each time when it is hidden."""
_HOUR: Final = 3600


def require_report_rate(request: HttpRequest, key: UUID) -> None:
    """Counts a report with the key of a deployment. Raises `ServingRefusal` where there were too many."""
    try:
        if windows.count(f"page-counts:{key.hex}", 60).times > REPORTS_A_MINUTE:
            raise ServingRefusal(TOO_OFTEN, f"{REPORTS_A_MINUTE} reports a minute are taken for a key. Wait a minute.")
        # Behind a proxy that nobody named, all have one address.
        if is_behind_unnamed_proxy(request):
            return
        # The counter goes by a digest that only this server can compute, and is gone after the hour.
        network = network_of(request.META.get("REMOTE_ADDR", ""))
        digest = salted_hmac("page-counts", f"{key.hex} {network}", algorithm="sha256").hexdigest()[:32]
        if windows.count(f"page-counts-of:{digest}", _HOUR).times > REPORTS_AN_HOUR:
            raise ServingRefusal(TOO_OFTEN, f"{REPORTS_AN_HOUR} reports an hour are taken from one address.")
    except CountersUnavailable:
        # A report is let in without being counted.
        return

"""Taking a device's report, however it came to the server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from forge.fleet.protocol.answering import done_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.refusals import REPORT_REFUSED, DeviceRefusal
from forge.fleet.reports.errors import ReportRefused
from forge.fleet.reports.recording import take_report
from hmrd.protocol.reading import parsed
from hmrd.protocol.reports import LARGEST_REPORT, Report


def answer_report(request: HttpRequest) -> HttpResponse:
    """Takes a report. The last one again is acknowledged."""
    device = require_device(request, may_leave=True)
    require_rate(device.pk)
    report = Report.from_json(parsed(request.body, LARGEST_REPORT))
    now = timezone.now()
    try:
        take_report(device, report, now)
    except ReportRefused as error:
        raise DeviceRefusal(REPORT_REFUSED, str(error), last=error.last) from None
    return done_response()

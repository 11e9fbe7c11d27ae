"""The hooks that data sets register with lower floors."""

from __future__ import annotations

import logging

from forge.core.periodic import PeriodicTask, Runs, register
from forge.datasets.samples.actions import end_consents

_log = logging.getLogger(__name__)


def delete_ended() -> None:
    """Deletes samples whose time is over."""
    if ended := end_consents():
        _log.info("%d samples of data sets were deleted: their time was over", ended)


register(PeriodicTask("data", 60, Runs.ONE_WORKER, "deletes samples of data sets whose time is over", delete_ended))

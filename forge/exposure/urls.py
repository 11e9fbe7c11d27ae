"""The API's addresses of exposed devices and of statuses."""

from __future__ import annotations

from forge.accounts.place import ORGANISATION
from forge.core.api.acts import act_paths, acts_in
from forge.exposure import api
from forge.exposure.exports import actions as exports
from forge.exposure.exports.statements import BUNDLE_FILE, LIST_FILE
from forge.exposure.vex import actions as vex
from forge.exposure.vex.api import VexStatements
from forge.projects.place import PROJECT

_EXPOSURE = f"{ORGANISATION.route}exposure"
_EXPORTS = f"{_EXPOSURE}/exports"

urlpatterns = [
    *act_paths(
        acts_in(exports, vex),
        {
            _EXPOSURE: api.ExposedDevices,
            f"{_EXPOSURE}.csv": api.ExposedDeviceTable,
            _EXPORTS: api.ExposureExports,
            f"{_EXPORTS}/<uuid:export>/{LIST_FILE}": api.ExposureExportList,
            f"{_EXPORTS}/<uuid:export>/{BUNDLE_FILE}": api.ExposureExportBundle,
            f"{PROJECT.route}vex-statements": VexStatements,
        },
    ),
]

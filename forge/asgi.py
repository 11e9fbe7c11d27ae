"""The ASGI application: request limits, static files, Django for HTTP, Channels for sockets, and the lifespan."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")

django.setup(set_prefix=False)  # which what follows needs

from forge.agents.mcp.mount import McpMount  # noqa: E402
from forge.builds.runs.build_worker import BuildWorker  # noqa: E402
from forge.collab.routing import websocket_urlpatterns  # noqa: E402
from forge.collab.session_end import SessionEnd  # noqa: E402
from forge.core.database.presence import presence  # noqa: E402
from forge.core.http.asgi.lifespan import Scope, lifespan, server_started, server_stopping  # noqa: E402
from forge.core.http.asgi.observability import Observability  # noqa: E402
from forge.core.http.asgi.origins import SameOrigin  # noqa: E402
from forge.core.http.asgi.static_files import StaticFiles  # noqa: E402
from forge.core.processes.periodic import RunsIn, scheduler  # noqa: E402
from forge.fleet.protocol.long_polls.grants import LongPollGrants  # noqa: E402
from forge.jobs.lists.routing import websocket_urlpatterns as jobs_urlpatterns  # noqa: E402
from forge.notices.inbox.routing import websocket_urlpatterns as notices_urlpatterns  # noqa: E402
from forge.player.routing import websocket_urlpatterns as player_urlpatterns  # noqa: E402
from forge.registry.distribution.protocol.addresses import is_blob_upload  # noqa: E402
from forge.request_limits.bodies import ANONYMOUS_BYTES, BodyGate, has_body  # noqa: E402
from forge.request_limits.capacity import capacity_for, descriptor_limit  # noqa: E402
from forge.request_limits.database_gate import DatabaseGate  # noqa: E402
from forge.request_limits.long_polls import LongPolls  # noqa: E402
from forge.request_limits.requests import RequestGate  # noqa: E402
from forge.request_limits.sender_identity import identify, sockets_of_person  # noqa: E402
from forge.request_limits.sockets import PersonSocketGate, SocketGate  # noqa: E402
from forge.request_limits.streaming import StreamingHandler  # noqa: E402
from forge.reviews.guests.routing import websocket_urlpatterns as guests_urlpatterns  # noqa: E402
from forge.serving.monitoring.otlp import check_packages  # noqa: E402
from hmrd.protocol.addresses import ROOT as DEVICES  # noqa: E402
from hmrd.protocol.addresses import SAMPLE_WINDOWS  # noqa: E402
from hmrd.protocol.reports import LARGEST_REPORT  # noqa: E402
from hmrd.protocol.samples import LARGEST_WINDOW_MESSAGE  # noqa: E402

SHORT_REQUESTS = ("/v2/", "/d/", "/forge/", DEVICES)
"""Addresses that programs ask thousands of times: their views answer within milliseconds, or stream."""


def is_short(scope: Scope) -> bool:
    """Returns whether a request takes a thread for milliseconds alone, which one with a body for its view does not."""
    is_long = scope["path"] == SAMPLE_WINDOWS or (is_blob_upload(scope) and has_body(scope))
    return scope["path"].startswith(SHORT_REQUESTS) and not is_long


def largest_unknown_body(scope: Scope) -> int:
    """Returns how many bytes a body may have whose sender is no person: a device signs its report, which has a log."""
    if scope["path"] == SAMPLE_WINDOWS:
        return LARGEST_WINDOW_MESSAGE
    return LARGEST_REPORT if scope["path"].startswith(DEVICES) else ANONYMOUS_BYTES


def build_application() -> Any:
    """The whole ASGI application, from the settings."""
    capacity = capacity_for(descriptor_limit())
    django_handler = StreamingHandler(is_blob_upload, is_short)
    bodies = BodyGate(McpMount(django_handler), settings.UPLOAD_LIMIT, identify, is_blob_upload, largest_unknown_body)
    files = StaticFiles(
        # SQLite is a file of this machine, and never away.
        DatabaseGate(bodies, presence) if settings.ENVIRONMENT.database else bodies,
        Path(settings.STATIC_ROOT),
        settings.STATIC_URL,
        autorefresh=settings.DEBUG,
    )
    sockets = PersonSocketGate(
        URLRouter(
            [
                *player_urlpatterns,
                *notices_urlpatterns,
                *jobs_urlpatterns,
                *guests_urlpatterns,
                *websocket_urlpatterns,
            ]
        ),
        sockets_of_person,
    )
    origins = SameOrigin(AuthMiddlewareStack(SessionEnd(sockets)), settings.PUBLIC_URL, settings.ALLOWED_HOSTS)
    # The people behind an address need connections too.
    long_polls = LongPollGrants(settings.DEVICE_LONG_POLLS, capacity.connections_of_address // 2)
    return ProtocolTypeRouter(
        {
            "http": LongPolls(RequestGate(files, capacity), long_polls),
            "websocket": SocketGate(origins, capacity),
            "lifespan": lifespan,
        }
    )


_places = {RunsIn.EACH_SERVER}
if settings.EMBEDDED_WORKER:
    _places |= {RunsIn.EACH_WORKER, RunsIn.ONE_WORKER}
    _worker = BuildWorker()
    server_started.register(_worker.start)
    server_stopping.register(_worker.stop)
server_started.register(partial(scheduler.start, _places))

check_packages(settings.ENVIRONMENT.collector)
application = Observability(build_application())

"""The ASGI application: static files, the body limit, Django for HTTP, Channels for sockets, and the lifespan."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")

_http = get_asgi_application()  # sets Django up, which what follows needs

from forge.builds.build_worker import BuildWorker  # noqa: E402
from forge.collab.routing import websocket_urlpatterns  # noqa: E402
from forge.core.body_limit import BodyLimit  # noqa: E402
from forge.core.lifespan import lifespan, server_started, server_stopping  # noqa: E402
from forge.core.observing import Observed  # noqa: E402
from forge.core.origins import SameOrigin  # noqa: E402
from forge.core.periodic import Runs, scheduler  # noqa: E402
from forge.core.static_files import StaticFiles  # noqa: E402
from forge.player.routing import websocket_urlpatterns as player_urlpatterns  # noqa: E402
from forge.serving.tracing import traced  # noqa: E402


def build_application() -> Any:
    """The whole ASGI application, from the settings."""
    return ProtocolTypeRouter(
        {
            "http": StaticFiles(
                BodyLimit(_http, settings.UPLOAD_LIMIT),
                Path(settings.STATIC_ROOT),
                settings.STATIC_URL,
                autorefresh=settings.DEBUG,
            ),
            "websocket": SameOrigin(
                AuthMiddlewareStack(URLRouter([*player_urlpatterns, *websocket_urlpatterns])),
                settings.PUBLIC_URL,
                settings.ALLOWED_HOSTS,
            ),
            "lifespan": lifespan,
        }
    )


_places = {Runs.EACH_SERVER}
if settings.EMBEDDED_WORKER:
    _places |= {Runs.EACH_WORKER, Runs.ONE_WORKER}
    _worker = BuildWorker()
    server_started.register(_worker.start)
    server_stopping.register(_worker.stop)
server_started.register(partial(scheduler.start, _places))

_settings = settings.ENVIRONMENT
application = traced(Observed(build_application()), _settings.collector, _settings.collector_headers)

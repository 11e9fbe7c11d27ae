"""Tells systemd that the daemon answers, so that what is ordered after it, or waits for its start, finds it ready.

The protocol is that of `sd_notify(3)`: a datagram to the socket that the environment names.
"""

from __future__ import annotations

import os
import socket


def announce_ready() -> None:
    """Says that the daemon answers, where a service manager listens. Raises `OSError` where it cannot be reached."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        # A name that begins with @ is one of the abstract namespace.
        manager.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        manager.send(b"READY=1")

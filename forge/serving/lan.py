"""`make run-lan`: HTTPS on this machine's network address, for phones and colleagues.

Sees to the certificates, says how to trust them, and becomes `manage.py serve`. A program of its own, because the
settings read the environment that is prepared here.
"""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import NoReturn

import segno

from forge.serving.configuration.environment import read_environment
from forge.serving.local_authority import network_address, server_certificate

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PORT = "8443"
FOLDER = "local-authority"
"""The folder of the certificates, inside the data folder."""


def main() -> NoReturn:
    address = network_address()
    if address is None:
        sys.exit(
            "This machine has no network address, so no other device could reach it. "
            "Connect it to the network, or use make run for this machine alone."
        )
    variables = {"PORT": DEFAULT_PORT, **os.environ}
    data = read_environment(variables, ROOT).data
    files = server_certificate(data / FOLDER, address, datetime.datetime.now(datetime.UTC))
    url = variables.get("PUBLIC_URL") or f"https://{address}:{variables['PORT']}"
    print(instructions(url))
    segno.make(f"{url}/trust", micro=False).terminal(compact=True)
    sys.stdout.flush()  # what is still in the buffer is lost when this process becomes another
    server_variables = {
        **variables,
        "HOST": "0.0.0.0",  # noqa: S104 (every device of the network is to reach it; that is what this command is for)
        "PUBLIC_URL": url,
        "TLS_CERTIFICATE": str(files.certificate),
        "TLS_KEY": str(files.key),
    }
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), "serve"], server_variables)  # noqa: S606 (our own program)


def instructions(url: str) -> str:
    """Returns the steps that a person takes once on each device."""
    return f"""
Phones allow microphone, camera and motion sensor only on HTTPS pages that they trust. Once on each device:

  1. Scan the code below, or open {url}/trust, and continue past the warning.
  2. Follow the steps there: they install the certificate of this installation's own authority.
  3. Open {url}

The authority was created on this machine and can sign certificates only for private addresses.
Everyone on this network can now reach the sign-in page.
"""


if __name__ == "__main__":
    main()

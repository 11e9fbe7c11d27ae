"""A container's health check of this environment's server: `python -m forge.serving.healthy`.

With `--isolation` it says what the processes that compute for users are protected by on this machine, and whether they
can yield to each other, which is for operators: the server itself tells no visitor. No Django: a question that is
asked every few seconds must cost next to nothing.
"""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from forge.compute.scheduler.yielding import YieldsToNobody, yields_by
from forge.core.processes.data_lock import running_server
from forge.serving.configuration.environment import BadEnvironment, ServerEnvironment, read_environment
from rune.isolation.probe import probe
from rune.isolation.protections import Protection

TIMEOUT_SECONDS = 3.0
"""How long the server may take to answer."""


def main() -> int:
    """0 if the server is healthy, or isolates as its settings ask; else 1, with the reason on stderr."""
    try:
        environment = read_environment(os.environ, Path.cwd())
        reason = isolation_problem(environment) if sys.argv[1:] == ["--isolation"] else health_problem(environment)
    except BadEnvironment as error:
        reason = str(error)
    if reason:
        print(reason, file=sys.stderr)
    return 1 if reason else 0


def health_problem(environment: ServerEnvironment, seconds: float = TIMEOUT_SECONDS) -> str | None:
    """Returns the reason why the server is not healthy, or None if it is."""
    # This machine's own server, asked by the loopback address: there is nobody whose certificate could be doubted.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    address = (
        f"{'https' if environment.certificate else 'http'}://{_loopback(environment.host)}:{environment.port}/healthz"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(address, headers={"Host": f"127.0.0.1:{environment.port}"})  # noqa: S310 (http or https)
    try:
        with opener.open(request, timeout=seconds) as answer:
            return None if answer.read() == b"ok\n" else f"{address} did not answer ok"
    except urllib.error.HTTPError as error:
        return f"{address} answered {error.code} {error.reason}"
    except OSError as error:
        return f"{address} does not answer: {getattr(error, 'reason', error)}"


def isolation_problem(environment: ServerEnvironment) -> str | None:
    """Prints each protection of a process that computes, or why it is missing; None unless a required one is.

    What a server was given with its start, such as a control group, is looked up at the one that runs here.
    """
    server = running_server(environment.data) or os.getpid()
    try:
        isolation = probe(server)
    except (OSError, subprocess.SubprocessError) as error:
        return f"no process could be started: {error}"
    gaps = isolation.to_json()
    for protection in Protection:
        print(f"{protection}: {f'missing, {gaps[protection]}' if protection in gaps else 'in force'}")
    try:
        print(f"yielding to others: in force, by {yields_by(server).value}")
    except YieldsToNobody as error:
        print(f"yielding to others: missing, {error}")
    lacking = sorted(environment.required_isolation & isolation.missing)
    return f"REQUIRED_ISOLATION asks for {', '.join(lacking)}: nothing is computed here" if lacking else None


def _loopback(host: str) -> str:
    """The address at which this machine reaches what listens on `host`."""
    if host in ("0.0.0.0", "localhost"):  # noqa: S104 (compared, not listened on)
        return "127.0.0.1"
    if ":" in host:
        return "[::1]" if host in ("::", "::1") else f"[{host}]"
    return host


if __name__ == "__main__":
    sys.exit(main())

"""A copy of the audit log at a syslog server: RFC 5424 messages, framed by their length, over TCP or TLS.

Syslog acknowledges nothing. A batch counts as written once the server has read it to its end and closed the connection;
a connection that breaks before sends the batch again.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

FACILITY_AUDIT, SEVERITY_NOTICE = 13, 5
PRIORITY = FACILITY_AUDIT * 8 + SEVERITY_NOTICE
"""log audit, notice."""
APP = "hammer-forge"
MESSAGE_ID = "audit"
PRIVATE_NUMBER = 32473
"""IANA's enterprise number for examples and documentation, as structured data needs one."""
TIMEOUT = 10.0
LONGEST_HOST = 255


def message(record: Mapping[str, Any], host: str) -> bytes:
    """An entry as a message of RFC 5424; its text is the record's JSON, in UTF-8 after a byte order mark."""
    data = f'[audit@{PRIVATE_NUMBER} position="{int(record["position"])}" digest="{_parameter(record["digest"])}"]'
    header = f"<{PRIORITY}>1 {record['at']} {_name(host)} {APP} {os.getpid()} {MESSAGE_ID} {data} "
    return header.encode("ascii", "replace") + b"\xef\xbb\xbf" + json.dumps(record, ensure_ascii=False).encode()


def framed(messages: Sequence[bytes]) -> bytes:
    """Messages with their length before each (RFC 6587, 3.4.1), so that a line break in one ends nothing."""
    return b"".join(str(len(each)).encode() + b" " + each for each in messages)


def send(host: str, port: int, records: Sequence[Mapping[str, Any]], trust: ssl.SSLContext | None) -> None:
    """Sends records over TCP, with TLS where `trust` is given. Raises `OSError`."""
    data = framed([message(record, socket.gethostname()) for record in records])
    with socket.create_connection((host, port), timeout=TIMEOUT) as plain:
        if trust is None:
            _send(plain, data)
            return
        with trust.wrap_socket(plain, server_hostname=host) as tls:
            _send(tls, data)


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(data)
    if isinstance(connection, ssl.SSLSocket):
        try:
            # Waits for the server's own end of the connection.
            connection.unwrap()
        except OSError as error:
            if error.errno and not isinstance(error, ssl.SSLEOFError):
                raise
        return
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(1 << 12):
        pass


def _name(host: str) -> str:
    return "".join(each if "!" <= each <= "~" else "?" for each in host)[:LONGEST_HOST] or "-"


def _parameter(text: str) -> str:
    return "".join(f"\\{each}" if each in '"\\]' else each for each in text)

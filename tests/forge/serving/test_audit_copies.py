"""Copies of the audit log elsewhere: complete after any end, in order, and what each kind of receiver gets."""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from forge.accounts.actions import end_old_entries
from forge.accounts.models import User
from forge.core.audit.chain import extend_all
from forge.core.audit.check import check_chain, read_anchors
from forge.core.audit.entries import write_entry
from forge.core.models import AuditCopy, AuditEntry
from forge.serving.audit_copies import delivery
from forge.serving.audit_copies.addresses import read_copies
from forge.serving.audit_copies.syslog import framed, message
from forge.serving.local_authority import server_certificate
from tests.support.patience import PATIENCE
from tests.support.servers.webhook_receiver import answer, receiving

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + "A" * 32
Copies = Callable[[str], Any]


@pytest.fixture
def copies(settings: Any) -> Copies:
    def configure(text: str) -> Any:
        settings.AUDIT_COPIES = read_copies(text)
        settings.AUDIT_WEBHOOK_SECRET = SECRET
        (copy,) = settings.AUDIT_COPIES
        AuditCopy.objects.get_or_create(address=copy.text)
        return copy

    return configure


def write(user: User, *numbers: int) -> None:
    for number in numbers:
        write_entry(user, "file.write", "project:x", number=number)
    extend_all()


def positions(path: Path) -> list[int]:
    return [json.loads(line)["position"] for line in path.read_text().splitlines()]


def all_positions() -> list[int]:
    return [entry.position or 0 for entry in AuditEntry.objects.order_by("position")]


def test_a_file_gets_each_entry_once_and_the_log_compares_with_it(user: User, tmp_path: Path, copies: Copies) -> None:
    path = tmp_path / "audit.jsonl"
    copy = copies(f"file://{path}")
    write(user, 1, 2, 3)
    assert delivery.deliver(copy) == len(all_positions())
    write(user, 4)
    assert delivery.deliver(copy) == 1
    assert delivery.deliver(copy) == 0
    assert positions(path) == all_positions()
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open() as lines:
        report = check_chain(read_anchors(lines))
    assert (report.broken, report.anchors) == (None, report.entries)


@pytest.mark.protects("audit/lost-copies")
def test_a_server_that_died_after_writing_writes_nothing_twice_into_a_file(
    user: User, tmp_path: Path, copies: Copies
) -> None:
    path = tmp_path / "audit.jsonl"
    copy = copies(f"file://{path}")
    write(user, 1, 2, 3)
    delivery.deliver(copy)
    # The file has them, and the row was not moved on; and half a line of the next one is there.
    AuditCopy.objects.update(position=1)
    write(user, 4)
    with path.open("a") as file:
        file.write('{"position": ')
    delivery.deliver(copy)
    whole = [line for line in path.read_text().splitlines() if line.endswith("}")]
    assert [json.loads(line)["position"] for line in whole] == all_positions()


@pytest.mark.protects("audit/lost-copies")
def test_a_receiver_that_is_away_gets_all_when_it_is_back(user: User, copies: Copies, caplog: Any) -> None:
    with receiving(answer(503)) as receiver:
        copy = copies(receiver.url)
        write(user, 1, 2)
        assert delivery.is_due(copy)
        assert delivery.deliver(copy) == 0
        assert receiver.got
        port = receiver.port
    row = AuditCopy.objects.get()
    assert (row.position, row.failures, row.error) == (0, 1, "The receiver answered 503.")
    assert not delivery.is_due(copy), "it is tried after a pause"
    write(user, 3)
    AuditCopy.objects.update(due=timezone.now())
    with receiving(port=port) as receiver:
        assert delivery.deliver(copy) == len(all_positions())
        (headers, body) = receiver.got[0]
    assert [entry["position"] for entry in json.loads(body)["entries"]] == all_positions()
    Signer(SECRET).verify(body, headers)
    assert AuditCopy.objects.get().failures == 0
    assert "could not be sent" in caplog.text


@pytest.mark.protects("audit/lost-copies")
def test_entries_that_a_copy_lacks_are_kept_for_as_long_again(user: User, copies: Copies, settings: Any) -> None:
    settings.AUDIT_DAYS = 30
    copy = copies("file:///nowhere/audit.jsonl")
    write(user, 1, 2)
    AuditEntry._base_manager.update(at=timezone.now() - timedelta(days=31))
    assert delivery.deliver(copy) == 0
    assert end_old_entries() == 0
    AuditEntry._base_manager.update(at=timezone.now() - timedelta(days=61))
    assert end_old_entries() >= 2


def test_old_entries_end_from_the_start_and_the_rest_is_whole(user: User, settings: Any) -> None:
    settings.AUDIT_DAYS, settings.AUDIT_COPIES = 30, ()
    write(user, 1, 2, 3)
    digests = {entry.pk: entry.digest for entry in AuditEntry.objects.all()}
    # An entry's time is part of what its digest covers, so the limit moves instead.
    young = write_entry(user, "file.write", "project:x", number=4)
    extend_all()
    moment = young.at
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forge.accounts.audit.actions.export.timezone.now", lambda: moment + timedelta(days=30))
        assert end_old_entries() == len(digests)
    extend_all()
    report = check_chain()
    assert report.broken is None
    assert report.first == len(digests) + 1


def test_one_process_at_a_time_sends(user: User, tmp_path: Path, copies: Copies) -> None:
    copy = copies(f"file://{tmp_path / 'audit.jsonl'}")
    write(user, 1)
    AuditCopy.objects.update(fence=1, lease_until=timezone.now() + timedelta(seconds=60))
    assert delivery.deliver(copy) == 0


def test_a_message_of_syslog_is_framed_by_its_length() -> None:
    record = {"position": 7, "digest": "ab", "at": "2026-11-23T08:30:00.000001Z", "data": {"text": "line\nbreak ä"}}
    text = message(record, "höst name")
    header, _, body = text.partition(b"\xef\xbb\xbf")
    start, fields = (
        rb"<109>1 2026-11-23T08:30:00\.000001Z h\?st\?name hammer-forge \d+ audit ",
        b'position="7" digest="ab"',
    )
    assert re.fullmatch(start + rb"\[audit@32473 " + fields + rb"\] ", header)
    assert json.loads(body) == record
    assert framed([b"abc", b"de\nf"]) == b"3 abc4 de\nf"


@contextmanager
def syslog_server(trust: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """Reads connections to their end, and closes them."""
    messages: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)

        def serve() -> None:
            plain, _ = listening.accept()
            try:
                stream = trust.wrap_socket(plain, server_side=True) if trust else plain
            except (ssl.SSLError, ConnectionError):  # the client refused the certificate
                plain.close()
                return
            with stream as connection:
                data = b""
                while piece := connection.recv(1 << 16):
                    data += piece
                messages.append(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], messages
        thread.join(PATIENCE)


def test_a_syslog_server_gets_all_entries(user: User, copies: Copies) -> None:
    with syslog_server() as (port, messages):
        copy = copies(f"syslog://127.0.0.1:{port}")
        write(user, 1, 2)
        assert delivery.deliver(copy) == len(all_positions())
    (data,) = messages
    positions = []
    while data:
        length, _, rest = data.partition(b" ")
        positions.append(json.loads(rest[: int(length)].partition(b"\xef\xbb\xbf")[2])["position"])
        data = rest[int(length) :]
    assert positions == all_positions()


def tls_server(folder: Path, address: str) -> tuple[ssl.SSLContext, Path]:
    """The TLS context of a server with a certificate for an address, and the authority that vouches for it."""
    folder.mkdir()
    files = server_certificate(folder, ipaddress.ip_address(address), timezone.now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context, files.authority


@pytest.mark.protects("audit/lost-copies")
def test_a_syslog_server_over_tls_gets_all_entries_unreadable_on_the_way(
    user: User, copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = tls_server(tmp_path / "tls", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with syslog_server(context) as (port, messages):
        copy = copies(f"syslogs://127.0.0.1:{port}")
        write(user, 1, 2)
        assert delivery.deliver(copy) == len(all_positions())
    (data,) = messages
    assert data.count(b'position="') == len(all_positions())


@pytest.mark.protects("audit/lost-copies")
@pytest.mark.parametrize("wrong", ["another address", "an unknown authority"])
def test_a_syslog_server_with_a_wrong_certificate_gets_nothing(
    wrong: str, user: User, copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = tls_server(tmp_path / "tls", "10.1.2.3" if wrong == "another address" else "127.0.0.1")
    if wrong == "an unknown authority":
        _, authority = tls_server(tmp_path / "other", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with syslog_server(context) as (port, messages):
        copy = copies(f"syslogs://127.0.0.1:{port}")
        write(user, 1)
        assert delivery.deliver(copy) == 0
    assert messages == []
    assert AuditCopy.objects.get().position == 0
    assert AuditCopy.objects.get().failures == 1


@pytest.mark.protects("audit/lost-copies")
def test_a_syslog_server_that_goes_away_before_it_read_all_gets_them_again(user: User, copies: Copies) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        copy = copies(f"syslog://127.0.0.1:{port}")
        write(user, *range(40))

        def reset() -> None:
            connection, _ = listening.accept()
            # Ends with a reset and no end of its own.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.recv(1)
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        assert delivery.deliver(copy) == 0
        thread.join(PATIENCE)
    assert AuditCopy.objects.get().failures == 1

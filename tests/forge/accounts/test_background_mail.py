"""Letters go out behind the answer, by a server that takes them; what cannot be sent is in the log."""

from __future__ import annotations

import logging
import socketserver
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.test import override_settings

from forge.accounts.mail import background as background_mail
from tests.support.servers.listening import listening


class _Inbox(socketserver.StreamRequestHandler):
    """An SMTP server with as much of RFC 5321 as one letter takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            self.wfile.write(b"354 go on\r\n" if word == b"DATA" else b"250 done\r\n")
            if word == b"DATA":
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.letters.append(b"".join(lines))  # type: ignore[attr-defined]
                self.wfile.write(b"250 taken\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def inbox() -> Iterator[socketserver.TCPServer]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Inbox)
    server.letters = []  # type: ignore[attr-defined]
    with listening(server):
        yield server


def send(port: int) -> None:
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=5):
        message = EmailMessage("Hello", "A letter", "forge@acme.example", ["jo@acme.example"])
        assert background_mail.BackgroundSmtp().send_messages([message]) == 1
        background_mail._sending.submit(lambda: None).result(10)  # after what was given before it


@pytest.mark.slow
def test_a_letter_arrives(inbox: socketserver.TCPServer) -> None:
    send(inbox.server_address[1])
    [letter] = inbox.letters  # type: ignore[attr-defined]
    assert b"Subject: Hello" in letter
    assert b"A letter" in letter


def test_a_letter_that_is_not_taken_is_in_the_log_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        send(1)
    assert "'Hello' to jo@acme.example was not sent" in caplog.text


def test_a_letter_that_breaks_the_sending_is_in_the_log_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise ValueError("a mistake")

    monkeypatch.setattr(SmtpBackend, "send_messages", broken)
    with caplog.at_level(logging.ERROR):
        send(1)
    assert "'Hello' to jo@acme.example was not sent" in caplog.text
    assert "a mistake" in caplog.text

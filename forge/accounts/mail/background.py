"""Sends email by SMTP in a thread of its own: nobody waits for a mail server, and how long an answer takes does not
tell whether an address has an account."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

_log = logging.getLogger(__name__)

_sending = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


class BackgroundSmtp(BaseEmailBackend):
    """Django's SMTP backend, behind the answer. What could not be sent is in the log."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            _sending.submit(_send, message)
        return len(email_messages)


def _send(message: EmailMessage) -> None:
    try:
        SmtpBackend().send_messages([message])
    except (SMTPException, OSError) as error:
        _log.error("The email %r to %s was not sent: %s", message.subject, ", ".join(message.to), error)
    except Exception:
        # A mistake of ours would be lost with the thread's result, which nobody reads.
        _log.exception("The email %r to %s was not sent", message.subject, ", ".join(message.to))

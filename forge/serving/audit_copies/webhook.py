"""A copy of the audit log at a webhook: batches as JSON, signed as Standard Webhooks has it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Signer

from forge.webhooks.delivery.sending import send


class BatchRefused(OSError):
    """The receiver did not take a batch."""


def post(url: str, secret: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Sends a batch, whose id is the same each time that it is tried. Raises `BatchRefused`.

    The operator chose the address, so it may be inside of the network.
    """
    body = json.dumps({"type": "audit.entries", "entries": list(records)})
    message = f"audit_{records[0]['position']}_{records[-1]['digest'][:16]}"
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Hammer-Forge",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(message, now, body),
    }
    answer = send(url, headers, body, anywhere=True)
    if not answer.is_accepted:
        raise BatchRefused(answer.error or f"The receiver answered {answer.status}.")

"""The sentences of the audit log about accounts of stock clients."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.DEVICES,
    {
        "stock-account.create": "made the account {hint}… for {device}, which has a stock client",
        "stock-account.renew": "gave {device} another token: {hint}… in place of {former_hint}…",
        "stock-account.revoke": "revoked the token {hint}… of {device}, which gets nothing any more",
        "stock-account.retry": "offered {version} to {device} again, which had failed",
    },
)

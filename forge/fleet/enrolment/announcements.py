"""The sentences of the audit log about what lets devices join."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.DEVICES,
    {
        "device-code.create": "made a code that lets a device join: {hint}…",
        "device-code.revoke": "revoked the code {hint}…, which lets no device join any more",
        "device-candidate.enter": "entered the label {label}",
        "device-candidate.confirm": "confirmed {device}, whose label is {label} and whose key is {fingerprint}",
        "device-candidate.refuse": "refused the device with the label {label}",
        "device-batch.create": "made a certificate for {limit} devices until {until}: {title}",
        "device-batch.revoke": "revoked the certificate {title}, with which {used} devices joined",
    },
)

"""The sentences of the audit log about keys and signatures."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "signing-key.create": "asked for a signing key of {organisation}, {algorithm}",
        "signing-key.ready": "made the signing key {fingerprint} of {organisation}",
        "signing-key.add": "added the signing key {fingerprint} to {organisation}",
        "signing-key.revoke": "revoked the signing key {fingerprint} of {organisation}: {reason}",
        "signature.make": "signed {tag} of {project}, {digest}, with the key {fingerprint}",
        "block-signature.make": "signed {block} {version} of {project}, {digest}, with the key {fingerprint}",
        "block-signature.take": (
            "pushed a signature of {block} {version} of {project}, {digest}, by the key {fingerprint}"
        ),
        "signature.take": "pushed a signature of {tag} of {project}, {digest}, by the key {fingerprint}",
    },
)

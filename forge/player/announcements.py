"""The sentences of the audit log about phones."""

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.SIGN_INS,
    {
        "phone.enter": "let a phone into {project}",
        "phone.leave": "signed a phone out of {project}",
        "phone.end": "revoked the access of their phones to {project}",
    },
)
declare(AuditTopic.DOWNLOADS, {"player.download": "ran a rune of {project} in the player, {digest}"})

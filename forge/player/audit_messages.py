"""How the audit log tells of phones."""

from forge.core.audit.messages import Topic, declare

declare(
    Topic.SIGN_INS,
    {
        "phone.enter": "let a phone into {project}",
        "phone.leave": "signed a phone out of {project}",
        "phone.end": "ended the access of their phones to {project}",
    },
)
declare(Topic.DOWNLOADS, {"player.download": "ran a rune of {project} in the player, {digest}"})

"""What each key of a `forge.yml` means, for hover, completion and the JSON Schema. One text for all of them."""

from __future__ import annotations

from typing import Final

from rune.source.policy.policy import LimitKind

KEYS: Final = {
    "limits": "Limits of a build. Each build reports whether it meets each of them.",
    "approvals": "Who must approve a build before it is published under a protected tag. "
    "Left out: one member who did not build it. `[]`: nobody.",
    "groups": "Names for several people, by the addresses that they sign in with.",
    "protected-tags": "The tags that only a build with the approvals and within the limits may get. "
    "Left out: version tags such as `1.0`, as soon as the organisation has a second member. `[]`: none.",
    "build": "Build settings, which replace those of the project's page.",
}

BUILD_PREFERENCES: Final = {
    "optimize": "What the rune is optimised for: `size`, `balanced` or `speed`. Previews stay balanced.",
    "optimize-packages": "What the libraries of packages for boards are compiled for: `size`, `balanced` or `speed`.",
    "match": "The reference whose results models reproduce to the bit: `litert`, or `tflm` for TFLite Micro.",
}

LIMITS: Final = {
    LimitKind.SIZE: "The most bytes that the rune may have: `100 kB`.",
    LimitKind.MEMORY: "The most memory that a run may need: `64 kB`.",
    LimitKind.INFERENCE_TIME: "The most time that a run may take on the server, as a median: `10 ms`. "
    "A time within the noise of the measurement stops nobody.",
    LimitKind.ACCURACY: "The least share of the test samples that must be right: `95 %`.",
    LimitKind.RECALL: "For labels, the least share of their test samples that must be found: `yes: 90 %`.",
    LimitKind.FALSE_ALARMS: "The most false alarms in an hour of long recordings: `0.5`.",
    LimitKind.FLASH: "For targets, the most flash that their package may take: `cortex-m4: 100 kB`.",
    LimitKind.RAM: "For targets, the most RAM, with the deepest stack: `cortex-m4: 16 kB`.",
    LimitKind.INSTRUCTIONS: "For targets, the most instructions of a run: `cortex-m4: 10 M`.",
}

APPROVALS: Final = {
    "count": "How many of them must approve: from 1 to 10, by default 1.",
    "from": "Who may approve: roles (`owner`, `maintainer`, `developer`, `reviewer`), groups of this file, and people "
    "by their addresses. Left out: any member.",
}

ROLE_WORDS: Final = {
    "owner": "Members with the role Owner.",
    "maintainer": "Members with the role Maintainer.",
    "developer": "Members with the role Developer.",
    "reviewer": "Members with the role Reviewer, who read, try and judge.",
    "viewer": "The former word for `reviewer`. Members with the role Viewer give no verdicts.",
}

TAGS: Final = {
    "versions": "Every tag that names a version: `1.0`, `v2`.",
    "latest": "The tag `latest`.",
    "*": "Every tag.",
}

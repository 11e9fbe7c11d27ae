"""The meaning of each key of a `forge.yml`, for hover, completion and the JSON Schema. One text for all of them."""

from __future__ import annotations

from typing import Final

from rune.source.policy.limits import LimitKind
from rune.source.policy.roles import FORMER_ROLES, ROLES, Role

KEYS: Final = {
    "limits": "Limits of a build. Each build reports whether it meets each of them.",
    "approvals": "Who must approve a build before it is published under a protected tag. "
    "Left out: one member who did not build it. `[]`: nobody.",
    "groups": "Names for several people, by the addresses that they sign in with.",
    "protected-tags": "The tags that only a build with the approvals and within the limits may get. "
    "Left out: version tags such as `1.0`, and `latest`, as soon as the organisation has a second member. `[]`: none.",
    "owners": "Who owns files: a change of theirs needs the approval of one of them. Of several patterns that "
    "describe a file, the last counts.",
    "checks": "Checks by others than people that must succeed, each with the one robot that may post its result: the "
    "address of its account, `/` and the name of its token.",
    "rollouts": "How many persons let a rollout go on that a guard stopped: `go-on: 2`. Left out: one.",
    "build": "Build settings, which replace those of the project's page.",
    "models": "How model files are made from files of training libraries. `rune convert` makes them, `rune check` says "
    "which are out of date.",
    "training": "From which data, and by which recipe, the project's model is learned. `rune train` learns it.",
    "data": "The version of the project's data that belongs to these files, by its digest. "
    "`rune data pull` fetches it.",
}

MODELS: Final = {
    "source": "The file of the training library: `.keras`, `.h5`, `.onnx`, `.pt2`, or a `.tflite` of floats.",
    "quantize": "The form: `float32` where it is left out, `float16`, `dynamic`, `int8`, `int8-tensor`, `int16x8`, or "
    "`int8-tensorflow` of a Keras model.",
    "samples": "A folder of recordings, or of `.npy` or `.npz` files that the model's input is like.",
    "calibration": "The split of recordings on which ranges are measured: `train` where it is left out, or "
    "`validation`, of which the other half judges then.",
    "interface": "`float32` keeps the inputs and outputs of a quantised model floats. Otherwise they are of its form.",
    "keep": "Layers that stay floats.",
    "shapes": "The shapes of inputs that the source leaves open, as `49x10`.",
}

TRAINING: Final = {
    "recipe": "How a kind of model is learned, such as `motion`.",
    "data": "A folder, or a ZIP file, of recordings: a folder for each label.",
    "model": "The model file that is written: `model.tflite` where it is left out.",
    "quantize": "Its form: `int8` where it is left out.",
    "seed": "A whole number. The same seed, data and arguments give the same curves on the same kind of machine.",
    "backbone": "A `.tflite` file of the project behind whose features the recipe `transfer` learns.",
    "teacher": "The `.float.tflite` file of an earlier training run: the network learns its answers beside the labels.",
    "start": "A `.keras` or `.h5` file of the project: the network begins with its weights.",
    "arguments": "Arguments of the recipe, as its page lists them: `epochs: 60`.",
}

BUILD_PREFERENCES: Final = {
    "optimize": "What the rune is optimised for: `size`, `balanced` or `speed`. Previews are always built for speed.",
    "optimize-packages": "What the libraries of packages for boards are compiled for: `size`, `balanced` or `speed`.",
    "match": "The reference whose results models reproduce to the bit: `litert`, or `tflm` for TFLite Micro.",
}

LIMITS: Final = {kind.value: kind.declaration.meaning for kind in LimitKind}

_NAMES = ", ".join(f"`{name}`" for name in ROLES if name not in FORMER_ROLES)
APPROVALS: Final = {
    "count": "How many of them must approve: from 1 to 10, by default 1.",
    "from": f"Who may approve: roles ({_NAMES}), groups of this file, teams such as "
    "`team:audio`, and people by their addresses. Left out: any member.",
}

ROLE_MEANINGS: Final = {str(role): role.meaning for role in Role}

TAGS: Final = {
    "versions": "Every tag that names a version: `1.0`, `v2`.",
    "latest": "The tag `latest`.",
    "*": "Every tag.",
}

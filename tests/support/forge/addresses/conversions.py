"""The addresses of a project's models, and what they stand for."""

from __future__ import annotations

from forge.accounts.models import User
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.learning.conversions.actions import begin_conversion
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.models import Project
from tests.support.forge.addresses.table import PAGE, READ, Case

_API = "api/v1/projects/acme/kitchen/conversions"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/conversions"
_ONE = f"{_ROUTE}/<uuid:conversion_id>"
_INPUTS = "api/v1/projects/<str:organisation>/<str:name>/model-inputs"
_PAGE = "<str:organisation>/<str:name>/models"
_ONE_PAGE = f"{_PAGE}/<uuid:conversion_id>"
_APPLY = (400, 400, 400, 403, 403, 404, 401)
_MIX = {"form": "int8", "float_layers": ["no such"]}

CASES: list[Case] = [
    ("get", _ROUTE, _API, None, READ),
    ("post", _ROUTE, f"{_API}?file=net.keras", b"x", (201, 201, 201, 403, 403, 404, 401)),
    ("get", _ONE, "CONVERSION", None, READ),
    ("put", f"{_ONE}/weights", "CONVERSION/weights", b"x", (409, 409, 409, 403, 403, 404, 401)),
    ("put", f"{_ONE}/samples", "CONVERSION/samples", b"x", (409, 409, 409, 403, 403, 404, 401)),
    ("post", f"{_ONE}/restart", "CONVERSION/restart", {}, (409, 409, 409, 403, 403, 404, 401)),
    ("post", f"{_ONE}/environment", "CONVERSION/environment", None, (409, 403, 403, 403, 403, 404, 401)),
    ("post", f"{_ONE}/forms/<int:number>/apply", "CONVERSION/forms/1/apply", {"path": "x"}, _APPLY),
    ("get", f"{_ONE}/forms/<int:number>/file", "CONVERSION/forms/1/file", None, READ),
    ("get", _INPUTS, "api/v1/projects/acme/kitchen/model-inputs", None, (400, 400, 400, 400, 400, 404, 401)),
    ("post", _INPUTS, "api/v1/projects/acme/kitchen/model-inputs", {"file": "x"}, _APPLY),
    ("post", f"{_INPUTS}/trial", "api/v1/projects/acme/kitchen/model-inputs/trial", b"x", _APPLY),
    ("get", f"{_PAGE}/input", "acme/kitchen/models/input", None, (400, 400, 400, 400, 400, 404, 302)),
    ("form", f"{_PAGE}/input/try", "acme/kitchen/models/input/try", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("form", f"{_PAGE}/input/write", "acme/kitchen/models/input/write", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", _PAGE, "acme/kitchen/models", None, PAGE),
    ("form", f"{_PAGE}/convert", "acme/kitchen/models/convert", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("form", f"{_PAGE}/declared/again", "acme/kitchen/models/declared/again", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", _ONE_PAGE, "CONVERSION_PAGE", None, PAGE),
    ("form", f"{_ONE_PAGE}/restart", "CONVERSION_PAGE/restart", {}, (409, 409, 409, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/environment", "CONVERSION_PAGE/environment", {}, (409, 403, 403, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/mix", "CONVERSION_PAGE/mix", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/boards", "CONVERSION_PAGE/boards", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/apply", "CONVERSION_PAGE/apply", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/discard", "CONVERSION_PAGE/discard", {}, (302, 302, 302, 403, 403, 404, 302)),
]


def conversion_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Adds models of a person with forms; gives what the addresses name by id."""
    for number in range(size):
        row = begin_conversion(person, project, "net.keras", [b"bytes %d" % number])
        _finish(row, size)
    names = {
        "CONVERSION": f"{_API}/{row.pk}",
        "CONVERSION_PAGE": f"acme/kitchen/models/{row.pk}",
    }
    below = {
        "CONVERSION": (
            *("weights", "samples", "restart", "environment", "boards", "forms"),
            *("forms/1/apply", "forms/1/file"),
        ),
        "CONVERSION_PAGE": ("restart", "environment", "mix", "boards", "apply", "discard"),
    }
    return names | {f"{name}/{rest}": f"{names[name]}/{rest}" for name, parts in below.items() for rest in parts}


def _finish(row: ModelConversion, forms: int) -> None:
    """Stores a conversion's end as a worker would."""
    description = {
        "layers": [{"name": "dense", "op": "FULLY_CONNECTED"}],
        "samples": {"kind": "random", "calibration": 32, "judging": 32, "ranges": [[0, 1]], "classes": []},
        "quantiser": "ai-edge-quantizer",
        "conversion": None,
        "format": "tflite",
    }
    ModelConversion.objects.filter(pk=row.pk).update(state=LabJobState.FINISHED, description=description)
    blob = put_bytes(b"model")
    for number in range(1, forms + 1):
        form = ConvertedForm.objects.create(
            conversion=row,
            number=number,
            form="float32" if number == 1 else "int8",
            digest=blob.digest,
            size=blob.size,
            figures={
                "arena": 100,
                "constants": 100,
                "reason": "",
                "layers": {"dense": 12.5},
                "output": 24.5,
                "changed": 1,
                "samples": 32,
            },
            needs={"cortex-m0plus": {"flash": 9000, "ram": 900, "instructions": 90_000, "not_measured": None}},
        )
        link_derived(form, [blob.digest], row.project.organisation_id)

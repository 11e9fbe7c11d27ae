"""The place of the acts on a conversion."""

from forge.learning.access import find_conversion
from forge.projects.place import below_project

CONVERSION = below_project(
    "conversions/<uuid:conversion_id>/",
    lambda actor, project, names: find_conversion(actor, project, names["conversion_id"]),
)

"""Writes the description of the API (OpenAPI 3) to `build/openapi.json`: types, clients and tests are made of it.

    python -m tools.generators.contract

`make setup` runs it. Review reads `docs/reference/operations.md`, a line an operation (docs/adr/0058).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

from tools.setup import API


def description() -> Mapping[str, Any]:
    """Returns the description, as `/api/v1/schema` answers it. Sets the web app up if nobody did."""
    import django
    from django.apps import apps

    with TemporaryDirectory() as folder:
        if not apps.ready:
            os.environ["DATA_DIR"] = folder
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
            django.setup()
        from drf_spectacular.generators import SchemaGenerator

        generator: Any = SchemaGenerator  # the library's classes have no types
        document: Mapping[str, Any] = generator().get_schema(request=None, public=True)
    return document


def text_of(document: Mapping[str, Any]) -> str:
    """Returns a description as the file has it."""
    return json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"


def main() -> int:
    text = text_of(description())
    if not API.exists() or API.read_text("utf-8") != text:
        API.parent.mkdir(exist_ok=True)
        API.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

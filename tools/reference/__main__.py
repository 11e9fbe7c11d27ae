"""Writes the description of the API, the pages of docs/reference, and the columns of tests in docs/security: `make
reference`."""

from __future__ import annotations

import sys

from tools.generators import contract
from tools.reference import documents, security_pages
from tools.setup import ROOT


def main() -> int:
    contract.main()
    for path, text in (documents.generated_files() | security_pages.generated_files()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Each act that the form of a page takes has a button on a page."""

from __future__ import annotations

from collections import defaultdict

from tests.conftest import REPOSITORY
from tests.support.forge.addresses.acts import declared_acts


def test_each_act_that_a_form_takes_has_its_button() -> None:
    """A form of one act needs no name on its button."""
    by_route: dict[str, list[str]] = defaultdict(list)
    for name, route, _ in declared_acts():
        if not route.startswith("api/v1/"):
            by_route[route].append(name)
    pages = (path.read_text("utf-8") for path in sorted((REPOSITORY / "templates").rglob("*.html")))
    text = " ".join(" ".join(pages).split())
    names = {name for names in by_route.values() if len(names) > 1 for name in names}
    assert len(names) > 3
    assert [name for name in sorted(names) if f'name="do" value="{name}"' not in text] == []

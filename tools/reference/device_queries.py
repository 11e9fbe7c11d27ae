"""The page of the queries that find devices. The web app is set up, as `description` leaves it."""

from __future__ import annotations

from tools.reference.page import WRITTEN_BY, cell, joined

_FORM = """
* Terms are separated by spaces, and a device matches all of them.
* `=` compares a value, `<` and `>` compare numbers and times, and `~` compares a pattern, in which `*` stands for any
  characters. `name~hall*` matches names that begin with `hall`. In patterns the case of A to Z does not matter.
* Commas separate values of which one is enough: `site=berlin,hamburg`.
* `!=`, `!~`, or `-` before a term mean not: `site!=berlin` also matches devices without the label `site`.
* A value with spaces, commas or signs stands in quotes: `batch="Line 3"`. In quotes, `\\"` is a quote and `\\\\` a
  backslash.
* A word, or a text in quotes, without a field is looked for in names and notes: `"depot 2"`.
* Any other name is the key of a label: `site=berlin`. A label that is named like a field is `label:board=x`.
* Times are `30m`, `12h`, `1d` or `2w`. `seen<1d` matches devices that were seen within the last day, and `seen>1d`
  those that were not.
* Retired devices match only a query that asks for them: `is:retired`.
""".strip()


def device_queries_page() -> str:
    """Writes the page from the table of fields and the states of `is`."""
    from forge.fleet.queries.fields import FIELDS
    from forge.fleet.queries.matching import lasting_fields
    from forge.fleet.queries.states import STATES
    from forge.fleet.queries.syntax import LONGEST_QUERY, MOST_TERMS

    fields = ["| field | | operators | example |", "| --- | --- | --- | --- |"]
    fields += [
        f"| `{each.name}` | {cell(each.description)} | {' '.join(f'`{sign}`' for sign in each.operators)} | "
        f"`{cell(each.example)}` |"
        for each in FIELDS.values()
    ]
    states = ["| state | |", "| --- | --- |"]
    states += [f"| `is:{each.name}` | {cell(each.description)} |" for each in STATES.values()]
    return joined(
        [
            "# Device queries",
            WRITTEN_BY,
            "A query finds devices of an organisation: in the search field of its page *Devices*, in groups and saved "
            "searches, as the parameter `q` of [the API](api.md), and in [`rune devices`](command.md). Example: "
            "`board=gateway site=berlin running!=1.4 seen<1d`.",
            "## Form",
            _FORM,
            f"A query has at most {LONGEST_QUERY} characters and {MOST_TERMS} terms.",
            "## Fields",
            "\n".join(fields),
            "## States",
            "\n".join(states),
            "## Groups and searches",
            f"A deployment can be bound to a group, so the query of a group asks for {lasting_fields()} alone: its "
            "devices change when a person changes something. Any other query is saved as a search.",
        ]
    )

"""The rate at which an import stores the rows of each input: that which the data has, else the archive's usual one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from forge.compute.errors import MalformedAnswer
from forge.datasets.errors import ImportNotReady
from forge.datasets.imports.models import DataImport, ImportState
from forge.datasets.models import DataSet, Sample
from rune.datasets.convert.times import UNITS
from rune.datasets.layouts.row_rates import MAX_INPUTS, RowRateJson, RowRates, rates_of_json, rates_to_json

_MAX_INPUT = 10_000
"""Characters of an input's name: those of all columns of a table."""
_CHANGED = "The data has got another rate since this preview was made. Discard this import, and send the archive again."


def import_rates(row: DataImport, usual_rates: Sequence[RowRateJson]) -> list[RowRateJson]:
    """Returns the rates of an import whose archive has these usual ones. Raises `MalformedAnswer`."""
    if len(usual_rates) > MAX_INPUTS or not all(map(_is_possible, usual_rates)):
        raise MalformedAnswer("The process that reads archives described a rate that cannot be.")
    data_set = DataSet.objects.get(pk=row.data_set_id)
    return rates_to_json({**rates_of_json(usual_rates), **_stored_rates(data_set)})


def keep_rates(row: DataImport) -> None:
    """Makes the rates of an import that starts those of its data, in the caller's transaction. Raises `ImportNotReady`
    where the data has got others since the preview."""
    rates = rates_of_json(row.description.get("rates", []))
    if not rates:
        return
    data_set = DataSet.objects.select_for_update().get(pk=row.data_set_id)
    stored_rates = _stored_rates(data_set)
    if any(rates.get(name, rate) != rate for name, rate in stored_rates.items()):
        raise ImportNotReady(_CHANGED)
    data_set.row_rates = rates_to_json({**stored_rates, **rates})
    data_set.save(update_fields=["row_rates"])


def _stored_rates(data_set: DataSet) -> RowRates:
    """Returns the rates of a data set, none where its rows were deleted and no others are coming in."""
    rates = rates_of_json(data_set.row_rates)
    if not rates:
        return rates
    has_rows = Sample.objects.available().filter(data_set=data_set, kind__in=("motion", "table")).exists()
    adding_imports = DataImport.objects.filter(data_set=data_set, state=ImportState.ADDING)
    return rates if has_rows or adding_imports.exists() else {}


def _is_possible(rate: RowRateJson) -> bool:
    is_positive = isfinite(rate["length"]) and rate["length"] > 0
    return is_positive and rate["unit"] in UNITS and 0 < len(rate["input"]) <= _MAX_INPUT

"""The rate at which an import stores the rows of each input: that which the data has, else the archive's usual one."""

from __future__ import annotations

from collections.abc import Sequence

from forge.compute.errors import MalformedAnswer
from forge.datasets.errors import ImportNotReady
from forge.datasets.models import DataSet
from forge.datasets.models.imports import DataImport
from forge.datasets.samples.rates import stored_rates
from rune.datasets.content.row_rate import MAX_INPUTS, RowRateJson, is_possible_rate, rates_of_json, rates_to_json


def import_rates(row: DataImport, usual_rates: Sequence[RowRateJson]) -> list[RowRateJson]:
    """Returns the rates of an import whose archive has these usual ones. Raises `MalformedAnswer`."""
    if len(usual_rates) > MAX_INPUTS or not all(map(is_possible_rate, usual_rates)):
        raise MalformedAnswer("The process that reads archives described an invalid rate.")
    data_set = DataSet.objects.get(pk=row.data_set_id)
    return rates_to_json({**rates_of_json(usual_rates), **stored_rates(data_set)})


def require_rates_of_preview(row: DataImport) -> None:
    """Raises `ImportNotReady` where the data has got another rate since the preview of an import."""
    rates = rates_of_json(row.description.get("rates", []))
    if rates and any(rates.get(name, rate) != rate for name, rate in stored_rates(row.data_set).items()):
        raise ImportNotReady(
            "The data has had another rate since this preview was made. Discard this import, and send the archive "
            "again."
        )

"""Reading the account of a device with a stock client over REST. Changing it is in the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.fleet.devices.api import DeviceView
from forge.fleet.stock.access import account_state
from forge.fleet.stock.serializers import StockAccountJson, account_to_json


class DeviceStockAccount(DeviceView):
    """The account of a device with a stock client."""

    @extend_schema(operation_id="stock_devices_account", responses=StockAccountJson)
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns the account of a device with a stock client, without its token, and what the client was offered
        last."""
        return Response(account_to_json(account_state(self.device(request, organisation, device))))

"""The tables of a running server, for waits that would ask its API too often."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from tests.support.servers.empty_database import DATABASE

WHOLE_DAY: Final = 24
_DEVICES: Final = "SELECT count(DISTINCT device_id) FROM telemetry_devicecounts WHERE day = ? AND hour = ?"
_SEEN: Final = "SELECT count(*) FROM fleet_device WHERE seen >= ?"
_STATE: Final = "SELECT state FROM rollouts_rollout WHERE number = ?"
_SETTLED: Final = (
    "SELECT count(*) FROM rollouts_rolloutstage AS stage JOIN rollouts_rollout AS rollout"
    " ON stage.rollout_id = rollout.id WHERE rollout.number = ? AND stage.number = ? AND stage.settled IS NOT NULL"
)


@dataclass(frozen=True)
class ServerTables:
    """The tables of a server whose data is in a folder, with SQLite."""

    data: Path

    def senders(self, day: date, hour: int = WHOLE_DAY) -> int:
        """Returns how many devices sent a document of a day, or of an hour of it."""
        return int(self._value(_DEVICES, day.isoformat(), hour))

    def seen_since(self, time: datetime) -> int:
        """Returns how many devices the server heard of since a time."""
        return int(self._value(_SEEN, f"{time:%Y-%m-%d %H:%M:%S}"))

    def rollout_state(self, number: int) -> str:
        """Returns the state of a rollout."""
        return str(self._value(_STATE, number))

    def is_settled(self, number: int, stage: int) -> bool:
        """Returns whether the devices of a stage, by its number from 0, do what it wants."""
        return bool(self._value(_SETTLED, number, stage))

    def _value(self, query: str, *values: object) -> Any:
        with closing(sqlite3.connect(f"file:{self.data / DATABASE}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchone()[0]

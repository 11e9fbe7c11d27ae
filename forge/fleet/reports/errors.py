"""Errors of reports."""

from __future__ import annotations


class ReportRefused(Exception):
    """The server has a report of this number. `last` is the number of the last one."""

    def __init__(self, last: int) -> None:
        super().__init__(f"The number of the last report is {last}.")
        self.last = last

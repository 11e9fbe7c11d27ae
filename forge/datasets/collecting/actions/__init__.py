"""Actions for collecting: links for phones and for people outside, and their submissions."""

from forge.datasets.collecting.actions.links import (
    LINK_LIFE,
    MAX_LINK_DAYS,
    GuestTask,
    add_recording,
    agree_as_collector,
    delete_ended_links,
    end_guest_link,
    end_links,
    end_phone,
    enter_as_guest,
    enter_collecting,
    leave_collecting,
    make_collecting_link,
    make_guest_link,
)
from forge.datasets.collecting.actions.submissions import (
    accept_submissions,
    refuse_submissions,
    submit_under,
    sweep_submissions,
    withdraw_as_guest,
)

__all__ = [
    "LINK_LIFE",
    "MAX_LINK_DAYS",
    "GuestTask",
    "accept_submissions",
    "add_recording",
    "agree_as_collector",
    "delete_ended_links",
    "end_guest_link",
    "end_links",
    "end_phone",
    "enter_as_guest",
    "enter_collecting",
    "leave_collecting",
    "make_collecting_link",
    "make_guest_link",
    "refuse_submissions",
    "submit_under",
    "sweep_submissions",
    "withdraw_as_guest",
]

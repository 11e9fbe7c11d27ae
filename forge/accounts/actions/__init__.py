"""Actions on organisations, their members and a person's own account.

Each act checks the permission, does it, and writes the audit entry and the event. Those of `device` keep their module.
"""

from forge.accounts.audit.actions.export import end_old_entries, note_export
from forge.accounts.organisations.actions.invitations import (
    NewPerson,
    invite,
    invite_by_email,
    join_as,
    join_new,
    revoke_invitation,
)
from forge.accounts.organisations.actions.members import change_role, hand_over, remove_member
from forge.accounts.organisations.actions.organisations import (
    create_organisation,
    create_organisation_for,
    require_second_factor,
    update_organisation,
)
from forge.accounts.people.actions.account import (
    end_connections,
    end_sessions_and_tokens,
    set_password,
    update_page,
    update_profile,
)
from forge.accounts.people.actions.addresses import ask_for_address, confirm_address
from forge.accounts.people.actions.disabling import disable_person, enable_person
from forge.accounts.people.actions.hints import dismiss_hint
from forge.accounts.quotas.actions import set_quota
from forge.accounts.sign_in.actions.one_time_link import make_sign_in_link, nobody_signed_in_yet, redeem_sign_in_link
from forge.accounts.sign_in.actions.password_reset import find_person_of_link, reset_password, send_password_link
from forge.accounts.sign_in.actions.sessions import (
    end_other_sessions,
    end_session,
    note_failed_sign_in,
    note_sign_in,
    note_sign_out,
)
from forge.accounts.teams.actions import add_to_team, create_team, delete_team, remove_from_team, update_team
from forge.accounts.tokens.actions.tokens import create_token, delete_token

__all__ = [
    "NewPerson",
    "add_to_team",
    "ask_for_address",
    "change_role",
    "confirm_address",
    "create_organisation",
    "create_organisation_for",
    "create_team",
    "create_token",
    "delete_team",
    "delete_token",
    "disable_person",
    "dismiss_hint",
    "enable_person",
    "end_connections",
    "end_old_entries",
    "end_other_sessions",
    "end_session",
    "end_sessions_and_tokens",
    "find_person_of_link",
    "hand_over",
    "invite",
    "invite_by_email",
    "join_as",
    "join_new",
    "make_sign_in_link",
    "nobody_signed_in_yet",
    "note_export",
    "note_failed_sign_in",
    "note_sign_in",
    "note_sign_out",
    "redeem_sign_in_link",
    "remove_from_team",
    "remove_member",
    "require_second_factor",
    "reset_password",
    "revoke_invitation",
    "send_password_link",
    "set_password",
    "set_quota",
    "update_organisation",
    "update_page",
    "update_profile",
    "update_team",
]

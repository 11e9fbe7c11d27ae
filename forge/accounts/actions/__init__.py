"""What can be done to organisations, their members and a person's own account.

Each act checks the permission, does it, and writes the audit entry and the event. Those of `device` keep their module.
"""

from forge.accounts.actions.invitations import (
    NewPerson,
    find_invitation,
    invite,
    join_as,
    join_new,
    revoke_invitation,
)
from forge.accounts.actions.members import change_role, remove_member
from forge.accounts.actions.organisations import create_organisation, create_organisation_for, update_organisation
from forge.accounts.actions.people import end_connections, set_password, update_profile
from forge.accounts.actions.quotas import set_quota
from forge.accounts.actions.sign_in import make_sign_in_link, nobody_signed_in_yet, redeem_sign_in_link
from forge.accounts.actions.tokens import create_token, delete_token

__all__ = [
    "NewPerson",
    "change_role",
    "create_organisation",
    "create_organisation_for",
    "create_token",
    "delete_token",
    "end_connections",
    "find_invitation",
    "invite",
    "join_as",
    "join_new",
    "make_sign_in_link",
    "nobody_signed_in_yet",
    "redeem_sign_in_link",
    "remove_member",
    "revoke_invitation",
    "set_password",
    "set_quota",
    "update_organisation",
    "update_profile",
]

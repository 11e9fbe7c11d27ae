"""The most characters of what people type into the fields of pages, each as the app that checks it declares it.

Templates read them by `{% length "name" %}`, or `{% field ... length="name" %}`. A field that stops at the limit saves
its writer an error; the check itself is the app's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from allauth.mfa import app_settings as second_factor

from forge.accounts.names import MAXIMUM_LENGTH
from forge.accounts.organisations.actions.organisations import MAX_TITLE_LENGTH
from forge.accounts.people.access import MAX_ABOUT_LENGTH
from forge.accounts.people.checks import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH
from forge.accounts.sign_in.passkey_forms import LONGEST_PASSKEY_NAME
from forge.accounts.teams.access import MAX_DESCRIPTION_LENGTH
from forge.accounts.tokens.actions import device, tokens
from forge.core.reasons import LONGEST_REASON
from forge.core.threads import MAXIMUM_COMMENT
from forge.datasets.collecting.task import HINT_LIMIT
from forge.datasets.versions.actions import MESSAGE_LIMIT
from forge.deployments.keys.actions import MAX_NAME
from forge.deployments.settings.actions import MAX_TITLE
from forge.exposure import models as exposure
from forge.fleet.bulk.actions import LONGEST_LABEL
from forge.fleet.devices.models import LONGEST_NOTE
from forge.fleet.enrolment.actions import candidates
from forge.fleet.enrolment.models import LONGEST_BATCH_TITLE
from forge.fleet.groups import actions as groups
from forge.fleet.queries.syntax import LONGEST_QUERY
from forge.learning.pages.lists import LONGEST_LIST
from forge.projects.files.document import MAXIMUM_PATH
from forge.projects.git import remote
from forge.projects.models import MAX_DESCRIPTION
from forge.registry.blocks.models import SUCCESSOR_LENGTH
from forge.registry.discovery.standings.models import TITLE_LENGTH
from forge.registry.distribution.mirrors import actions as mirrors
from forge.registry.distribution.mirrors.models import LONGEST_ADDRESS, LONGEST_NAME
from forge.registry.oci.manifests import TAG_LENGTH
from forge.registry.tags.messages import LONGEST_NOTES
from forge.repositories.request_refs import LONGEST_REQUEST
from forge.reviews.guests import actions as guests
from forge.reviews.rounds.invitees import LONGEST_INVITATIONS
from forge.reviews.rounds.requests import MAXIMUM_TITLE
from forge.reviews.suggestions.actions import LONGEST_VALUE
from forge.search.query import MAX_CHARACTERS
from forge.webhooks.delivery import addresses
from hmrd.protocol import names as device_names
from rune.datasets.label_names import WORD_LIMIT

LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "about": MAX_ABOUT_LENGTH,
        "branch": remote.MAX_BRANCH_LENGTH,
        "code": max(second_factor.TOTP_DIGITS, second_factor.RECOVERY_CODE_DIGITS),
        "comment": MAXIMUM_COMMENT,
        "deployment_key": MAX_NAME,
        "deployment_title": MAX_TITLE,
        "description": MAX_DESCRIPTION,
        "device_batch": LONGEST_BATCH_TITLE,
        "device_board": device_names.LONGEST_NAME,
        "device_code": device.LONGEST_TYPED,
        "device_group": groups.LONGEST_TITLE,
        "device_label": LONGEST_LABEL,
        "device_label_id": candidates.LONGEST_TYPED_LABEL,
        "device_label_secret": candidates.LONGEST_TYPED_SECRET,
        "device_name": device_names.LONGEST_NAME,
        "device_note": LONGEST_NOTE,
        "device_query": LONGEST_QUERY,
        "email": MAX_EMAIL_LENGTH,
        "exposure": exposure.LONGEST_QUERY,
        "git_address": remote.MAX_ADDRESS_LENGTH,
        "git_token": remote.MAX_TOKEN_LENGTH,
        "guest_name": guests.LONGEST_NAME,
        "invitations": LONGEST_INVITATIONS,
        "label": WORD_LIMIT,
        "list": LONGEST_LIST,
        "name": MAXIMUM_LENGTH,
        "notes": LONGEST_NOTES,
        "organisation_title": MAX_TITLE_LENGTH,
        "passkey_name": LONGEST_PASSKEY_NAME,
        "path": MAXIMUM_PATH,
        "person_name": MAX_NAME_LENGTH,
        "reason": LONGEST_REASON,
        "registry": LONGEST_ADDRESS,
        "registry_password": mirrors.LONGEST_PASSWORD,
        "registry_user": mirrors.LONGEST_USER,
        "repository": LONGEST_NAME,
        "request_number": LONGEST_REQUEST,
        "review_title": MAXIMUM_TITLE,
        "search": MAX_CHARACTERS,
        "successor": SUCCESSOR_LENGTH,
        "standing": TITLE_LENGTH,
        "suggested_value": LONGEST_VALUE,
        "tag": TAG_LENGTH,
        "task_hint": HINT_LIMIT,
        "team_description": MAX_DESCRIPTION_LENGTH,
        "token_name": tokens.MAX_NAME_LENGTH,
        "totp_code": second_factor.TOTP_DIGITS,
        "version_message": MESSAGE_LIMIT,
        "vex_statement": exposure.LONGEST_STATEMENT,
        "webhook_address": addresses.LONGEST,
    }
)

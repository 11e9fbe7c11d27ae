"""The API's addresses of people and organisations."""

from django.urls import path

from forge.accounts.audit import api as audit_api
from forge.accounts.grants import actions as grants
from forge.accounts.grants import api as grants_api
from forge.accounts.organisations import api as organisation_api
from forge.accounts.organisations.actions import invitations, members, organisations
from forge.accounts.people import api as people_api
from forge.accounts.place import ORGANISATION
from forge.accounts.teams import api as team_api
from forge.accounts.tokens import api as token_api
from forge.accounts.tokens import device_api
from forge.core.api.acts import act_paths, acts_in

_ACTS = acts_in(organisations, members, invitations, grants)
_READING = {
    "organisations/<str:organisation>": organisation_api.OrganisationDetail,
    f"{ORGANISATION.route}invitations": organisation_api.Invitations,
}
"""The views that answer GET where acts have their address."""

urlpatterns = [
    path("me", people_api.Me.as_view()),
    path("me/hints/<str:hint>", people_api.OwnHint.as_view()),
    path("me/audit", audit_api.OwnAudit.as_view()),
    path("me/token", token_api.OwnToken.as_view()),
    path("me/grants", grants_api.OwnGrants.as_view()),
    path("me/grants/<str:kind>/<uuid:grant>", grants_api.OwnGrant.as_view()),
    path("organisations", organisation_api.Organisations.as_view()),
    path("organisations/<str:organisation>/usage", organisation_api.OrganisationUsage.as_view()),
    path("organisations/<str:organisation>/members", organisation_api.Members.as_view()),
    path("organisations/<str:organisation>/members/<uuid:member>", organisation_api.MemberDetail.as_view()),
    path("organisations/<str:organisation>/members/<uuid:member>/grants", grants_api.GrantsOfMember.as_view()),
    path("organisations/<str:organisation>/teams", team_api.Teams.as_view()),
    path("organisations/<str:organisation>/teams/<str:team>", team_api.TeamDetail.as_view()),
    path("organisations/<str:organisation>/teams/<str:team>/members/<uuid:member>", team_api.TeamMember.as_view()),
    path("organisations/<str:organisation>/audit", audit_api.OrganisationAudit.as_view()),
    path("organisations/<str:organisation>/audit/export", audit_api.OrganisationAuditExport.as_view()),
    path("device-sign-ins", device_api.DeviceSignIns.as_view()),
    path("device-sign-ins/token", device_api.DeviceToken.as_view()),
    path("tokens", token_api.Tokens.as_view()),
    path("tokens/<uuid:token>", token_api.TokenDetail.as_view()),
    *act_paths(_ACTS, _READING),
]

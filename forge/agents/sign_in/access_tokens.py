"""Access tokens that the authorisation server gave to programs, and the agents whose they are."""

from __future__ import annotations

from allauth.idp.oidc.models import Token

from forge.agents.models import AgentGrant


def agent_of_access_token(secret: str) -> AgentGrant | None:
    """Returns the agent that a person admitted, by the access token of its program; None for any other text.

    The token only says which person and which program: what the agent may do stands in its grant.
    """
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, secret)
    if token is None or token.user_id is None or token.client_id is None:
        return None
    return AgentGrant.objects.alive().filter(person=token.user_id, client=token.client_id).first()

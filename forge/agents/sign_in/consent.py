"""The page on which a person lets a program act for them: which projects, what, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.forms import AuthorizationForm
from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import AuthorizationView
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.agents.actions.rights import LONGEST_LIFE, connect_agent
from forge.core.errors import Forbidden, Invalid
from forge.projects.models import Project

DAYS = (1, 7, 30, LONGEST_LIFE.days)
"""The lives that the page offers, in days."""
MOST_PROJECTS = 500
"""Projects that are offered."""
SCOPE_SENTENCES: Mapping[Scope, str] = {
    Scope.PROJECT_READ: "Read the projects: files, builds, training runs, and counts of the data",
    Scope.PROJECT_DRAFT: "Write drafts, train models, and offer drafts as change requests",
    Scope.BUILD_RUN: "Build its drafts, and stop what it began itself",
    Scope.REVIEW_WRITE: "Write comments",
}
"""The acts that a scope lets an agent do: fewer than it lets a person's program."""


class ConsentForm(AuthorizationForm):  # type: ignore[misc]  # allauth has no types
    """The projects, acts and end that a person allows. A program never chooses the projects."""

    projects = forms.MultipleChoiceField(error_messages={"required": "Choose the projects that it may use."})
    days = forms.TypedChoiceField(coerce=int, choices=[(each, str(each)) for each in DAYS], initial=7)

    def __init__(self, *args: Any, projects: list[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].choices = [(each.stream, each.full_name) for each in projects]
        self.fields["scopes"].error_messages["required"] = "Choose what it may do."


class ConsentView(AuthorizationView):  # type: ignore[misc]  # allauth has no types
    """Authorisation by code with PKCE. Who presses Allow makes the agent's grant."""

    form_class = ConsentForm
    template_name = "agents/consent.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.GET.get("code_challenge_method") != "S256":
            raise Invalid("The program sent no code challenge (PKCE, S256). Update it, and connect it again.")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        # Else a browser does not follow the answer to the form to the program.
        response._csp_update = {"form-action": [self._origin()]}  # type: ignore[attr-defined]
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "projects": self._projects()}

    def form_valid(self, form: ConsentForm) -> HttpResponse:
        client, choices = Client.objects.get(id=self._request_info["client_id"]), form.cleaned_data
        until = timezone.now() + timedelta(days=choices["days"])
        try:
            connect_agent(
                principal_of(self.request), client.name, client.id, choices["scopes"], choices["projects"], until
            )
        except (Invalid, Forbidden) as error:
            form.add_error(None, error.detail)
            invalid: HttpResponse = self.form_invalid(form)
            return invalid
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = self.request.POST
        scopes = [Scope(scope) for scope in self._scopes]
        return {
            **super().get_context_data(**kwargs),
            "projects": self._projects(),
            "scope_choices": [(str(each), SCOPE_SENTENCES[each]) for each in scopes],
            "chosen_scopes": form.getlist("scopes") if form else [str(each) for each in scopes],
            "chosen_projects": form.getlist("projects"),
            "days": DAYS,
            "chosen_days": form.get("days", "7"),
            "place": self._place(),
        }

    def _projects(self) -> list[Project]:
        projects = Project.objects.of_member(principal_of(self.request)).select_related("organisation")
        return list(projects.order_by("organisation__name", "name")[:MOST_PROJECTS])

    def _place(self) -> str:
        """Returns where the answer goes, for the person to read."""
        parts = urlsplit(self._request_info["redirect_uri"])
        if parts.scheme == "http":
            return "a program on this machine"
        return parts.hostname if parts.scheme == "https" else f"a program that opens {parts.scheme}: links"

    def _origin(self) -> str:
        info = getattr(self, "_request_info", None) or {}
        parts = urlsplit(str(info.get("redirect_uri", "")))
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"

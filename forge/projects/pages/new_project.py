"""Making a project: of one's own examples or from a template with one press, or with a name of one's own."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from forge.accounts.access import find_organisation, organisations_of
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, Invalid, TooLarge, TooOften, Unprocessable
from forge.core.http.pages import for_person, show_again
from forge.projects.creating.default_organisation import usual_organisation
from forge.projects.creating.names import free_name, typed_name
from forge.projects.creating.own_examples import EXAMPLE_KINDS, ExampleKind, find_example_kind, start_address
from forge.projects.creating.template_runes import live_templates
from forge.projects.creating.templates import find_template
from forge.projects.history.actions import create_from_upload
from forge.projects.history.import_archive import name_from_file
from forge.projects.lifecycle.actions.project import create_project


@for_person
@require_http_methods(["GET", "POST"])
def new_project(request: HttpRequest) -> HttpResponse:
    """The ways to begin, and making the project. Without a name, it is called after the template or its examples."""
    principal = principal_of(request)
    creatable = list(organisations_of(principal, Verb.CREATE_PROJECT))
    context = {
        "creatable": creatable,
        "templates": live_templates(),
        "kinds": EXAMPLE_KINDS,
        "chosen": request.GET.get("template", ""),
        "is_named": "template" in request.GET,
        "in_organisation": request.GET.get("organisation", "") or usual_organisation(principal, creatable),
    }
    if request.method == "GET":
        return render(request, "site/new.html", context)
    template, kind_key = request.POST.get("template", ""), request.POST.get("kind", "")
    try:
        organisation = find_organisation(principal, request.POST.get("organisation", ""), Verb.CREATE_PROJECT)
        name = typed_name(request.POST.get("name", ""))
        if kind_key:
            return redirect(_begin_with_examples(principal, organisation, name, find_example_kind(kind_key)))
        if not name and template:
            name = free_name(organisation, find_template(template).name)
        project = create_project(principal, organisation, name, template or None)
    except (Invalid, Conflict) as error:
        return show_again(request, "site/new.html", context | {"chosen": template, "is_named": True}, error)
    return redirect(f"{project.get_absolute_url()}/studio")


def _begin_with_examples(principal: Principal, organisation: Organisation, name: str, kind: ExampleKind) -> str:
    """Makes an empty project, named after the kind if nobody named it, and returns the page that takes its examples."""
    project = create_project(principal, organisation, name or free_name(organisation, kind.project_name))
    return start_address(project, kind)


@for_person
@require_http_methods(["GET", "POST"])
def from_archive(request: HttpRequest) -> HttpResponse:
    """The form, and making a project of a .zip, with its versions where it has them."""
    principal = principal_of(request)
    creatable = list(organisations_of(principal, Verb.CREATE_PROJECT))
    organisation_name = request.GET.get("organisation", "") or usual_organisation(principal, creatable)
    context = {"creatable": creatable, "chosen": organisation_name, "limit": settings.UPLOAD_LIMIT}
    if request.method == "GET":
        return render(request, "site/new-from-archive.html", context)
    upload = request.FILES.get("archive")
    try:
        if not isinstance(upload, UploadedFile):
            raise Invalid("Choose a .zip.", errors={"archive": ["Choose a .zip."]})
        organisation = find_organisation(principal, request.POST.get("organisation", ""), Verb.CREATE_PROJECT)
        name, usual = typed_name(request.POST.get("name", "")), name_from_file(upload.name or "")
        project, history = create_from_upload(principal, organisation, name, upload.chunks(), usual)
    except (Invalid, Conflict, Unprocessable, TooLarge, TooOften) as error:
        return show_again(request, "site/new-from-archive.html", context, error)
    if history.merges:
        return render(request, "site/new-from-archive.html", {"project": project, "history": history})
    return redirect(f"{project.get_absolute_url()}/studio")


@never_cache
@require_GET
def places(request: HttpRequest) -> JsonResponse:
    """Returns where the person may make a project, for a page that is the same for everybody; null for a visitor."""
    if not request.user.is_authenticated:
        return JsonResponse({"places": None})
    creatable = list(organisations_of(principal_of(request), Verb.CREATE_PROJECT))
    names = [organisation.name for organisation in creatable]
    usual = usual_organisation(principal_of(request), creatable)
    return JsonResponse({"places": {"organisations": names, "usual": usual, "csrf": get_token(request)}})

"""The form of an empty project's page: it begins the project with a template or with a model."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Invalid
from forge.core.http.pages import for_person
from forge.projects.files.model_files import is_model
from forge.projects.lifecycle.actions.beginning import begin_with_model, begin_with_template
from forge.projects.place import project_of


@for_person
@require_POST
def begin(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Begins the project and opens its studio."""
    project, principal = project_of(request, organisation, name, Verb.EDIT), principal_of(request)
    upload, template = request.FILES.get("model"), request.POST.get("template", "")
    if isinstance(upload, UploadedFile):
        if not is_model(upload.name or ""):
            raise Invalid("Choose a .tflite file. A model of another format is converted on the page Models.")
        begin_with_model(principal, project, upload.name or "", upload.read())
    elif template:
        begin_with_template(principal, project, template)
    else:
        raise Invalid("Choose a template or a .tflite file.")
    return redirect(f"{project.get_absolute_url()}/studio")

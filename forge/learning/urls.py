"""The API's addresses of conversions."""

from django.urls import path

from forge.learning.conversions import api

_MODELS = "projects/<str:organisation>/<str:name>/conversions"
_MODEL = f"{_MODELS}/<uuid:conversion_id>"

urlpatterns = [
    path(_MODELS, api.ModelConversions.as_view()),
    path(_MODEL, api.OneModelConversion.as_view()),
    path(f"{_MODEL}/weights", api.ModelWeights.as_view()),
    path(f"{_MODEL}/restart", api.ModelRestart.as_view()),
    path(f"{_MODEL}/environment", api.ModelEnvironment.as_view()),
    path(f"{_MODEL}/boards", api.ModelBoards.as_view()),
    path(f"{_MODEL}/forms", api.ModelForms.as_view()),
    path(f"{_MODEL}/forms/<int:number>/apply", api.ModelApply.as_view()),
    path(f"{_MODEL}/forms/<int:number>/file", api.ModelFormFile.as_view()),
]

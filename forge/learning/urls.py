"""The API's addresses of conversions and training runs."""

from django.urls import path

from forge.learning.augmentation import api as augmentation
from forge.learning.conversions import api
from forge.learning.inputs import api as inputs
from forge.learning.searches import api as searches
from forge.learning.teaching import api as teaching
from forge.learning.training import api as training
from forge.learning.training.sizes import api as sizes

_MODELS = "projects/<str:organisation>/<str:name>/conversions"
_MODEL = f"{_MODELS}/<uuid:conversion_id>"
_INPUTS = "projects/<str:organisation>/<str:name>/model-inputs"
_TRAINING = "projects/<str:organisation>/<str:name>/training"
_SEARCHES = "projects/<str:organisation>/<str:name>/searches"
_SEARCH = f"{_SEARCHES}/<int:number>"
_RUN = f"{_TRAINING}/<int:number>"

urlpatterns = [
    path(_MODELS, api.ModelConversions.as_view()),
    path(_MODEL, api.OneModelConversion.as_view()),
    path(f"{_MODEL}/weights", api.ModelWeights.as_view()),
    path(f"{_MODEL}/samples", api.ModelSamples.as_view()),
    path(f"{_MODEL}/restart", api.ModelRestart.as_view()),
    path(f"{_MODEL}/environment", api.ModelEnvironment.as_view()),
    path(f"{_MODEL}/boards", api.ModelBoards.as_view()),
    path(f"{_MODEL}/forms", api.ModelForms.as_view()),
    path(f"{_MODEL}/forms/<int:number>/apply", api.ModelApply.as_view()),
    path(f"{_MODEL}/forms/<int:number>/file", api.ModelFormFile.as_view()),
    path(_INPUTS, inputs.ModelInputs.as_view()),
    path(f"{_INPUTS}/trial", inputs.ModelInputTrial.as_view()),
    path(_SEARCHES, searches.ModelSearches.as_view()),
    path(_SEARCH, searches.OneModelSearch.as_view()),
    path(f"{_SEARCH}/stop", searches.SearchStop.as_view()),
    path(f"{_SEARCH}/resume", searches.SearchResume.as_view()),
    path(f"{_SEARCH}/trials/<int:trial>/change", searches.SearchTrialChange.as_view()),
    path(f"{_SEARCH}/trials/<int:trial>/use", searches.SearchUse.as_view()),
    path(_TRAINING, training.TrainingRuns.as_view()),
    path(f"{_TRAINING}/recipes", training.TrainingRecipes.as_view()),
    path(f"{_TRAINING}/sizes", sizes.TrainingSizes.as_view()),
    path(f"{_TRAINING}/needs", sizes.TrainingNeeds.as_view()),
    path(f"{_TRAINING}/augmentation", augmentation.TrainingAugmentation.as_view()),
    path(f"{_TRAINING}/teach", teaching.Teaching.as_view()),
    path(_RUN, training.OneTrainingRun.as_view()),
    path(f"{_RUN}/stop", training.TrainingStop.as_view()),
    path(f"{_RUN}/pause", training.TrainingPause.as_view()),
    path(f"{_RUN}/resume", training.TrainingResume.as_view()),
    path(f"{_RUN}/cancel", training.TrainingCancel.as_view()),
    path(f"{_RUN}/again", training.TrainingAgain.as_view()),
    path(f"{_RUN}/use", training.TrainingUse.as_view()),
    path(f"{_RUN}/apply", training.TrainingApply.as_view()),
    path(f"{_RUN}/files/<path:path>", training.TrainingFile.as_view()),
]

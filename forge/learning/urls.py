"""The API's addresses of conversions and training runs."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.learning.augmentation import api as augmentation
from forge.learning.conversions import actions as conversions
from forge.learning.conversions import api
from forge.learning.inputs import api as inputs
from forge.learning.searches import api as searches
from forge.learning.searches.actions import searches as search_acts
from forge.learning.searches.actions import using as trials
from forge.learning.teaching import api as teaching
from forge.learning.training import api as training
from forge.learning.training.actions import applying, runs, using
from forge.learning.training.sizes import api as sizes

_MODELS = "projects/<str:organisation>/<str:name>/conversions"
_MODEL = f"{_MODELS}/<uuid:conversion_id>"
_INPUTS = "projects/<str:organisation>/<str:name>/model-inputs"
_TRAINING = "projects/<str:organisation>/<str:name>/training"
_SEARCHES = "projects/<str:organisation>/<str:name>/searches"
_READING = {
    _MODEL: api.OneModelConversion,
    f"{_SEARCHES}/<int:number>": searches.OneModelSearch,
    f"{_TRAINING}/<int:number>": training.OneTrainingRun,
}
"""The views that answer GET where acts have their address."""

urlpatterns = [
    path(_MODELS, api.ModelConversions.as_view()),
    path(f"{_MODEL}/weights", api.ModelWeights.as_view()),
    path(f"{_MODEL}/samples", api.ModelSamples.as_view()),
    path(f"{_MODEL}/restart", api.ModelRestart.as_view()),
    path(f"{_MODEL}/environment", api.ModelEnvironment.as_view()),
    path(f"{_MODEL}/forms/<int:number>/apply", api.ModelApply.as_view()),
    path(f"{_MODEL}/forms/<int:number>/file", api.ModelFormFile.as_view()),
    path(_INPUTS, inputs.ModelInputs.as_view()),
    path(f"{_INPUTS}/trial", inputs.ModelInputTrial.as_view()),
    path(_SEARCHES, searches.ModelSearches.as_view()),
    path(_TRAINING, training.TrainingRuns.as_view()),
    path(f"{_TRAINING}/recipes", training.TrainingRecipes.as_view()),
    path(f"{_TRAINING}/sizes", sizes.TrainingSizes.as_view()),
    path(f"{_TRAINING}/needs", sizes.TrainingNeeds.as_view()),
    path(f"{_TRAINING}/augmentation", augmentation.TrainingAugmentation.as_view()),
    path(f"{_TRAINING}/teach", teaching.Teaching.as_view()),
    path(f"{_TRAINING}/<int:number>/files/<path:path>", training.TrainingFile.as_view()),
    *act_paths(acts_in(conversions, search_acts, trials, runs, using, applying), _READING),
]

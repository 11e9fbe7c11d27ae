"""The API's addresses of data sets."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.datasets import api
from forge.datasets.analysis import api as analysis
from forge.datasets.consent import api as consent
from forge.datasets.imports import api as imports
from forge.datasets.labelling import actions as labelling_acts
from forge.datasets.labelling import api as labelling
from forge.datasets.recordings import api as recordings
from forge.datasets.samples import parts_api as parts
from forge.datasets.versions import actions as version_acts
from forge.datasets.versions import api as versions

_PROJECT = "projects/<str:organisation>/<str:name>"
_DATA = f"{_PROJECT}/data"
_READING = {f"{_DATA}/queue": labelling.DataQueue, f"{_DATA}/versions": versions.DataVersions}
"""The views that answer GET where acts have their address."""

urlpatterns = [
    path("samples", recordings.OwnSamples.as_view()),
    path("samples/<uuid:sample_id>", recordings.OneSample.as_view()),
    path("samples/<uuid:sample_id>/recording", recordings.SampleRecording.as_view()),
    path(f"{_PROJECT}/samples", recordings.ProjectSamples.as_view()),
    path(f"{_PROJECT}/samples/import", recordings.ProjectSampleImport.as_view()),
    path(f"{_PROJECT}/samples/import/preview", recordings.ProjectSampleImportPreview.as_view()),
    path(f"{_PROJECT}/samples/terms", recordings.ProjectSampleTerms.as_view()),
    path("data/consents", consent.OwnDataConsents.as_view()),
    path("data/consents/<uuid:consent_id>", consent.OneDataConsent.as_view()),
    path("data/consents/<uuid:consent_id>/agree-anew", consent.DataAgreeAnew.as_view()),
    path(_DATA, api.DataSummary.as_view()),
    path(f"{_DATA}/terms", consent.DataTerms.as_view()),
    path(f"{_DATA}/consents", consent.DataConsents.as_view()),
    path(f"{_DATA}/samples", api.DataSamples.as_view()),
    path(f"{_DATA}/samples/numbers", api.DataSampleNumbers.as_view()),
    path(f"{_DATA}/samples/marks", api.DataMarks.as_view()),
    path(f"{_DATA}/samples/deletions", api.DataDeletions.as_view()),
    path(f"{_DATA}/samples/<int:number>", api.OneDataSample.as_view()),
    path(f"{_DATA}/samples/<int:number>/recording", api.DataSampleRecording.as_view()),
    path(f"{_DATA}/samples/<int:number>/parts", parts.DataSampleParts.as_view()),
    path(f"{_DATA}/analysis", analysis.DataAnalysisView.as_view()),
    path(f"{_DATA}/analysis/environment", analysis.DataAnalysisEnvironment.as_view()),
    path(f"{_DATA}/imports", imports.DataImports.as_view()),
    path(f"{_DATA}/imports/<uuid:import_id>", imports.OneDataImport.as_view()),
    path(f"{_DATA}/imports/<uuid:import_id>/bytes", imports.DataImportBytes.as_view()),
    path(f"{_DATA}/imports/<uuid:import_id>/start", imports.DataImportStart.as_view()),
    path(f"{_DATA}/versions/<int:number>", versions.OneDataVersion.as_view()),
    path(f"{_DATA}/versions/<int:number>/samples", versions.DataVersionSamples.as_view()),
    path(f"{_DATA}/versions/<int:number>/export", versions.DataVersionExport.as_view()),
    path(f"{_DATA}/versions/<int:number>/compared-with/<int:other>", versions.DataVersionComparison.as_view()),
    *act_paths(acts_in(labelling_acts, version_acts), _READING),
]

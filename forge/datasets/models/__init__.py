"""The tables of data sets."""

from forge.datasets.models.analysis import DataAnalysis, DataAnalysisQuerySet, SampleAnalysis, SampleAnswer
from forge.datasets.models.collecting import (
    CollectingLink,
    CollectingLinkQuerySet,
    Collector,
    Submission,
    SubmissionQuerySet,
)
from forge.datasets.models.consents import Consent, ConsentQuerySet
from forge.datasets.models.data_sets import DataSet, DataSetQuerySet
from forge.datasets.models.imports import DataImport, DataImportQuerySet
from forge.datasets.models.labelling import LabelClaim, SampleOpinion
from forge.datasets.models.protection import ProtectedRun
from forge.datasets.models.removals import SampleRemoval, SampleRemovalQuerySet
from forge.datasets.models.samples import Group, Sample, SampleQuerySet
from forge.datasets.models.versions import DataCopy, DataCopyQuerySet, DataVersion, DataVersionQuerySet

__all__ = [
    "CollectingLink",
    "CollectingLinkQuerySet",
    "Collector",
    "Consent",
    "ConsentQuerySet",
    "DataAnalysis",
    "DataAnalysisQuerySet",
    "DataCopy",
    "DataCopyQuerySet",
    "DataImport",
    "DataImportQuerySet",
    "DataSet",
    "DataSetQuerySet",
    "DataVersion",
    "DataVersionQuerySet",
    "Group",
    "LabelClaim",
    "ProtectedRun",
    "Sample",
    "SampleAnalysis",
    "SampleAnswer",
    "SampleOpinion",
    "SampleQuerySet",
    "SampleRemoval",
    "SampleRemovalQuerySet",
    "Submission",
    "SubmissionQuerySet",
]

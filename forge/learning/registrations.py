"""The hooks that learning registers with lower floors."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.jobs.kinds import register as register_kind
from forge.learning import withdrawn_models as withdrawn_models
from forge.learning.background import data as data
from forge.learning.conversions import declarations as declarations
from forge.learning.conversions.running.job import CONVERSION
from forge.learning.environments.job import ENVIRONMENT
from forge.learning.lab_jobs.used_time import minutes_used
from forge.learning.quality import newest as newest
from forge.learning.searches import cancelling as cancelling
from forge.learning.searches.job import SEARCH
from forge.learning.training import withdrawn_samples as withdrawn_samples
from forge.learning.training.results import tested_runs as tested_runs
from forge.learning.training.running.job import TRAINING

register_kind(CONVERSION)
register_kind(ENVIRONMENT)
register_kind(SEARCH)
register_kind(TRAINING)


@organisation_counts.register
def training_of_an_organisation(organisation: Organisation) -> Counts:
    """The minutes that an organisation trained in the last day."""
    return {QuotaResource.TRAINING: minutes_used(organisation)}

"""The quality of models, on which recordings. Every page reads it here, and no page computes an accuracy of its own."""

from forge.builds.evaluations.model_quality import quality_of_build as quality_of_build
from forge.datasets.model_quality import LabelQuality as LabelQuality
from forge.datasets.model_quality import ModelQuality as ModelQuality
from forge.datasets.model_quality import ProjectQuality as ProjectQuality
from forge.datasets.model_quality import reads_text as reads_text
from forge.learning.quality.builds import NO_BUILDS as NO_BUILDS
from forge.learning.quality.builds import ModelBuilds as ModelBuilds
from forge.learning.quality.builds import builds_of_runs as builds_of_runs
from forge.learning.quality.epochs import epoch_sentence as epoch_sentence
from forge.learning.quality.newest import newest_quality as newest_quality
from forge.learning.quality.newest import qualities_of as qualities_of
from forge.learning.quality.newest import quality_of_project as quality_of_project
from forge.learning.quality.reads import test_reads as test_reads
from forge.learning.quality.runs import quality_of_run as quality_of_run
from forge.learning.quality.runs import quality_to_json as quality_to_json

"""The place of the acts on a training run."""

from forge.learning.training.access import find_run
from forge.projects.place import below_project

RUN = below_project("training/<int:number>/", lambda actor, project, names: find_run(actor, project, names["number"]))

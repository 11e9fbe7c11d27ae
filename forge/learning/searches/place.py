"""The places of the acts on a search and on one of its trials."""

from forge.learning.searches.access import find_search, find_trial
from forge.projects.place import below_project

SEARCH = below_project(
    "searches/<int:number>/", lambda actor, project, names: find_search(actor, project, names["number"])
)
TRIAL = below_project(
    "searches/<int:number>/trials/<int:trial>/",
    lambda actor, project, names: find_trial(actor, find_search(actor, project, names["number"]), names["trial"]),
    "search.project",
)

"""The addresses of agents below /api/v1/."""

from forge.agents.actions import undoing
from forge.core.api.acts import act_paths, acts_in

urlpatterns = [*act_paths(acts_in(undoing))]

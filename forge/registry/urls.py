"""The addresses of the registry below /api/v1/."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.projects.place import PROJECT
from forge.registry.blocks import api as block_api
from forge.registry.blocks.actions import describing as block_describing
from forge.registry.blocks.actions import publishing as block_publishing
from forge.registry.blocks.actions import withdrawing as block_withdrawing
from forge.registry.discovery.dependants import api as dependants_api
from forge.registry.discovery.standings import actions as standings
from forge.registry.discovery.standings import api as standings_api
from forge.registry.distribution.artifacts import api as artifact_api
from forge.registry.distribution.mirrors import actions as mirrors
from forge.registry.distribution.mirrors import api as mirrors_api
from forge.registry.distribution.trash import api as trash_api
from forge.registry.distribution.trash.actions import restoring
from forge.registry.provenance.signing import api as signing_api
from forge.registry.rebuilds import api as rebuild_api
from forge.registry.tags.describing import actions as describing
from forge.registry.tags.describing import api as describing_api
from forge.registry.tags.publishing import api as publishing_api
from forge.registry.tags.pulling import api as pulling_api
from forge.registry.tags.withdrawing import actions as withdrawing

_ACTS = acts_in(
    describing,
    withdrawing,
    standings,
    block_publishing,
    block_describing,
    block_withdrawing,
    mirrors,
    restoring,
)
_READING = {
    f"{PROJECT.route}blocks": block_api.ProjectBlocks,
    f"{PROJECT.route}mirrors/<str:direction>": mirrors_api.ProjectMirror,
    f"{PROJECT.route}tags/<str:tag>": describing_api.ProjectTag,
    f"{PROJECT.route}blocks/<str:block>/<str:version>/withdrawal": block_api.BlockWithdrawal,
}
"""The views that answer GET where acts have their address."""

urlpatterns = [
    path("projects/<str:organisation>/<str:name>/tags", publishing_api.ProjectTags.as_view()),
    path("projects/<str:organisation>/<str:name>/tags/override", publishing_api.ProjectTagOverrides.as_view()),
    path("standings", standings_api.Standings.as_view()),
    path("standings/<str:address>", standings_api.OneStanding.as_view()),
    path("projects/<str:organisation>/<str:name>/tags/<str:tag>/rune", pulling_api.TagRune.as_view()),
    path("projects/<str:organisation>/<str:name>/tags/<str:tag>/rebuild", rebuild_api.TagRebuild.as_view()),
    path("projects/<str:organisation>/<str:name>/tags/<str:tag>/examples", pulling_api.TagExamples.as_view()),
    path(
        "projects/<str:organisation>/<str:name>/tags/<str:tag>/examples/<path:path>", pulling_api.TagExample.as_view()
    ),
    path(
        "projects/<str:organisation>/<str:name>/tags/<str:tag>/packages/<str:target>", pulling_api.TagPackage.as_view()
    ),
    path("projects/<str:organisation>/<str:name>/dependants", dependants_api.ProjectDependants.as_view()),
    path("projects/<str:organisation>/<str:name>/blocks/usable", block_api.UsableBlocks.as_view()),
    path("projects/<str:organisation>/<str:name>/blocks/<str:block>/<str:version>", block_api.ProjectBlock.as_view()),
    path("organisations/<str:organisation>/blocks", block_api.OrganisationBlocks.as_view()),
    path("projects/<str:organisation>/<str:name>/signing-keys", signing_api.ProjectSigningKeys.as_view()),
    path("projects/<str:organisation>/<str:name>/mirrors", mirrors_api.ProjectMirrors.as_view()),
    path("projects/<str:organisation>/<str:name>/registry/trash", trash_api.ProjectTrash.as_view()),
    path("organisations/<str:organisation>/signing-keys", signing_api.SigningKeys.as_view()),
    path("organisations/<str:organisation>/signing-keys/<uuid:key>/revocation", signing_api.KeyRevocation.as_view()),
    path("organisations/<str:organisation>/registry", artifact_api.RegistryRulesView.as_view()),
    *act_paths(_ACTS, _READING),
]

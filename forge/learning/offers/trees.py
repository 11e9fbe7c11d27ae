"""Offering decision trees: the Runefile that runs them, or its resource and the stages for somebody to write. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.learning.conversions.kinds import TREES_SUFFIX
from forge.learning.conversions.trees import ConvertedTreesJson
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.versions.store import WorkingTree
from rune.editing.language.graph_edits.resources import resource_of, with_resource
from rune.editing.language.yaml.scalars import literal_of
from rune.source.runefile import DEFAULT_RUNEFILE, RUNEFILE_NAMES
from rune.source.runefile.model_inputs.starter import output_stages
from rune.tensor import ElementType, TensorType
from rune.wording import counted, plain, size_text

RESOURCE = "TREES"
"""The name of the resource in the stages that `lab` writes."""
LONGEST_RUNEFILE = 64 * 1024
"""Bytes of a Runefile that is edited while somebody waits."""
_MODEL = "model"
"""The last one of the stages."""


@dataclass(frozen=True)
class OfferedStages:
    """The Runefile that goes with decision trees, "" where it stays as it is, and lines that say what it does."""

    path: str
    runefile: str
    lines: Sequence[str]


def tree_paths(tree: WorkingTree, row: ModelConversion) -> list[str]:
    """Returns the files that decision trees can become: one with the name of their source first."""
    stem = row.source_name.rpartition(".")[0] or row.source_name
    return list(dict.fromkeys([f"{stem}{TREES_SUFFIX}", *sorted(p for p in tree.manifest if p.endswith(TREES_SUFFIX))]))


def offered_stages(tree: WorkingTree, trees: ConvertedTreesJson, path: str) -> OfferedStages:
    """Returns the Runefile of a project with decision trees in the file `path`.

    Where nobody wrote one, it is whole, with bytes of the host as the features. Otherwise it gets the resource, and the
    lines have the stages, for which only a person knows the place. One that has the file as a resource stays.
    """
    target = next((name for name in RUNEFILE_NAMES if name in tree.manifest), DEFAULT_RUNEFILE)
    text = tree.texts.get(target, b"").decode("utf-8", "replace")
    is_read = target not in tree.manifest or target in tree.texts
    if is_read and (not text.strip() or text.encode() == BLANK_RUNEFILE):
        lines = [f"`{target}` reads {counted(trees['features'], 'number')} from the host and runs the trees on them."]
        return OfferedStages(target, whole_runefile(trees, path), lines)
    is_edited = is_read and len(text) <= LONGEST_RUNEFILE
    if is_edited and resource_of(text, path) is not None:
        sizes = f"{counted(trees['features'], 'feature')} and give {counted(trees['outputs'], 'number')}"
        lines = [f"`{target}` has the file as a resource already, and stays as it is. The trees read {sizes}."]
        return OfferedStages(target, "", lines)
    edit = with_resource(text, RESOURCE, path) if is_edited else None
    if edit is None:
        return OfferedStages(target, "", _lines_to_write(trees, path, RESOURCE, f"Add to `{target}`"))
    result, name = edit
    lead = f"`{target}` gets the resource `{name}`. Add the stages"
    return OfferedStages(target, result, _lines_to_write(trees, "", name, lead))


def whole_runefile(trees: ConvertedTreesJson, path: str) -> str:
    """Returns a Runefile that reads the features as they are, runs the trees, and shows the result."""
    output = TensorType(ElementType.F32, (trees["outputs"],))
    outputs = "\n".join(output_stages([_MODEL], [output]))
    return f"""\
version: 1
image: runicos/base

pipeline:
  # The numbers that the trees were learned from, in the same order.
  features:
    capability: RAW
    outputs:
      - {{type: f32, dimensions: [{trees["features"]}]}}

{trees["stages"]}{outputs}

{_resource(path)}"""


def stages_with_resource(trees: ConvertedTreesJson, path: str, name: str = RESOURCE) -> str:
    """Returns the stages, and the resource unless `path` is ""."""
    stages = trees["stages"].replace(f"trees: ${RESOURCE}\n", f"trees: ${name}\n")
    return f"{stages}{_resource(path)}" if path else stages


def tree_message(
    form: ConvertedForm, trees: ConvertedTreesJson, path: str, tree: WorkingTree, stages: OfferedStages
) -> str:
    """Returns the change request's text about decision trees."""
    lines = [f"`{path}` is made of `{form.conversion.source_name}`, for the block decision_trees."]
    facts = [f"File: {sizes_text(form, path, tree)}", *tree_facts(trees)]
    return "\n".join([*lines, *(f"- {each}" for each in facts), "", *stages.lines])


def sizes_text(form: ConvertedForm, path: str, tree: WorkingTree) -> str:
    """Returns the size of a form's file, behind that of the file in its place."""
    before = tree.manifest.get(path)
    return size_text(form.size) if before is None else f"{size_text(before['size'])} before, {size_text(form.size)} now"


def tree_facts(trees: ConvertedTreesJson) -> list[str]:
    """Returns sentences about decision trees: their size, how close they are to their source, and their classes."""
    trees_text, nodes = counted(trees["trees"], "tree"), counted(trees["nodes"], "node")
    difference = f"{trees['difference']:.1g} of the largest result" if trees["difference"] else "none"
    facts = [
        f"{trees_text} with {nodes} of {counted(trees['features'], 'feature')}",
        f"Largest difference on 256 inputs: {difference}",
    ]
    return [*facts, class_sentence(trees)] if trees["classes"] else facts


def class_sentence(trees: ConvertedTreesJson) -> str:
    """Returns the names of the classes; one score is that of the second of two."""
    names = [plain(each) for each in trees["classes"]]
    if trees["outputs"] == 1 and len(names) == 2:
        return f"Classes: above 0 the score is for {names[1]}, else for {names[0]}."
    return f"Classes, in the order of the scores: {', '.join(names)}."


def _lines_to_write(trees: ConvertedTreesJson, path: str, name: str, lead: str) -> list[str]:
    behind = f"behind the stage that gives {counted(trees['features'], 'feature')}, here called `features`:"
    return [f"{lead} {behind}", "", stages_with_resource(trees, path, name).rstrip("\n")]


def _resource(path: str) -> str:
    return f"resources:\n  {RESOURCE}:\n    path: {literal_of(f'./{path}', in_flow=False)}\n"

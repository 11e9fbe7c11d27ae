"""A job of a server: `python -m lab.command.job` reads its request as a line of JSON from standard input and answers in
JSON lines. Files go through the folder that the request names.

With `--ahead NAME` (`AHEAD`) it has started the process of a step before a request is there: that waits with its
libraries loaded.

A line is `{"progress": SHARE, "text": TEXT}` or `{"event": ...}`, and the last one `{"result": ...}`,
`{"refused": ...}`, or `{"needs": ...}` if an environment is missing.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from lab.child.start import end_waiting, start_ahead
from lab.command.augmentation_job import augment_recordings
from lab.command.conversion import (
    ENVIRONMENT_OF,
    FloatModel,
    RecordedInputs,
    Request,
    make_float,
    make_forms,
    needed_environment,
    provenance,
)
from lab.command.search_job import search_settings
from lab.command.size_job import count_sizes
from lab.command.training.job import RunCommands, count_needs, describe_recipes, train_model
from lab.command.tree_results import tree_record, tree_stages
from lab.environments.environment import ENVIRONMENTS
from lab.environments.making import EnvironmentProblem, prepare
from lab.formats.identify import SourceFormat, identify
from lab.full_disk import full_disk, is_full_disk
from lab.quantize.forms import FLOAT
from lab.refusal import Reason, Refused
from lab.search.shared import SearchCommands
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.preload import preload
from rune.datasets.splits import Split
from rune.environments.analysis import ANALYSIS, QUANTISER, analysis_python, missing_analysis, require_environments
from rune.environments.environment import Environment, EnvironmentNeeded, size_text
from rune.gc_paused import permanent

FLOAT_SHARE = 0.7
"""The share of the progress, for making the float model."""


def main(source: IO[str], target: IO[str]) -> None:
    """Does one job."""

    sending = threading.Lock()
    has_ended = threading.Event()

    def send(**message: Any) -> None:
        with sending:
            if has_ended.is_set():
                return
            target.write(json.dumps(message) + "\n")
            target.flush()

    def report(share: float, text: str) -> None:
        send(progress=share, text=text)

    line = source.readline()
    if not line:
        end_waiting()
        return  # nobody needed it
    request = json.loads(line)
    answer: dict[str, Any]
    try:
        if request["action"] in COMMANDED_ACTIONS:
            work, commands = COMMANDED_ACTIONS[request["action"]]()
            threading.Thread(target=commands.read, args=(source,), daemon=True).start()
            answer = {"result": work(request, report, lambda event: send(event=event), commands)}
        else:
            answer = {"result": ACTIONS[request["action"]](request, report)}
    except EnvironmentNeeded as error:
        answer = {"needs": description(error.environments)}
    except Refused as refusal:
        answer = {"refused": refusal.to_json()}
    except EnvironmentProblem as problem:
        answer = {"refused": Refused(Reason.NOT_CONVERTED, str(problem)).to_json()}
    except (BuildFailed, CompileError) as error:
        answer = {"refused": Refused(Reason.NOT_CONVERTED, f"The rune cannot be built: {error}").to_json()}
    except OSError as error:
        answer = {"refused": _refusal_of(error).to_json()}
    end_waiting()  # the reader of the answer ends this process at once
    send(**answer)
    with sending:
        # A thread that still counts writes nothing more: Python aborts a process that ends while one holds its output.
        has_ended.set()


def _refusal_of(error: OSError) -> Refused:
    """A file that cannot be read, or this machine's disk: nothing is wrong with the file then."""
    if is_full_disk(error):
        return full_disk()
    return Refused(Reason.BROKEN, f"The file cannot be read: {error.strerror or error}")


def description(environments: Sequence[Environment]) -> dict[str, Any]:
    """Environments as a page shows them before somebody enables them: names as the command that prepares them takes
    them, and the sum of their sizes in megabytes."""
    return {
        "name": " ".join(each.name for each in environments),
        "reads": ", ".join(each.reads for each in environments),
        "download": sum(each.download for each in environments),
        "disk": sum(each.disk for each in environments),
    }


def convert_files(request: Mapping[str, Any], report: Callable[[float, str], None]) -> dict[str, Any]:
    """Makes the forms of `source`, a file of the folder each, and `float.tflite`. An earlier float model is given as
    `float` with its `conversion`; `samples` names a file of the folder with arrays of the input. Raises `Refused`,
    `EnvironmentNeeded` and `OSError`."""
    folder = Path(request["folder"])
    recorded_inputs = request.get("recorded")
    conversion = Request(
        source=Path(request["source"]),
        # Of several forms none is the wanted one: where one is refused, the others are still made.
        form=request["forms"][0] if len(request["forms"]) == 1 else FLOAT,
        forms=tuple(request["forms"]),
        float_layers=tuple(request["float_layers"]),
        shapes={name: tuple(shape) for name, shape in request["shapes"].items()},
        float_interface=bool(request["float_interface"]),
        calibration=Split(request["calibration"]),
        samples=folder / request["samples"] if request.get("samples") else None,
        recorded_inputs=None
        if recorded_inputs is None
        else RecordedInputs(Path(recorded_inputs["windows"]), recorded_inputs["table"], recorded_inputs["origin"]),
    )
    report(0.02, "Reading the file")
    has_float = request.get("float") is not None
    require_environments(None if has_float else needed_environment(conversion.source), QUANTISER)
    if has_float:
        float_model = FloatModel(Path(request["float"]), identify(conversion.source), request["conversion"])
        start_share = 0.0
    else:
        float_model = make_float(conversion, folder, lambda share, text: report(share * FLOAT_SHARE, text))
        start_share = FLOAT_SHARE
    outcome = make_forms(
        conversion, float_model, folder, lambda share, text: report(start_share + share * (1 - start_share), text)
    )
    result = dict(outcome.result)
    records = {
        row["form"]: provenance(conversion, row["form"], float_model, result, (folder / row["form"]).read_bytes())
        for row in result["forms"]
        if "refusal" not in row
    }
    return {
        **result,
        "conversion": float_model.conversion,
        "format": float_model.source_format.value,
        "float": None if float_model.conversion is None else float_model.path.name,
        "provenance": records,
        "gaps": {**float_model.gaps, **outcome.gaps},
    }


def make_float_file(request: Mapping[str, Any], report: Callable[[float, str], None]) -> dict[str, Any]:
    """Makes the float model of `source`, the file `float.tflite` of the folder; a float `.tflite` file is one already.
    Decision trees become the file of the block in place of it, under the same name, and need no quantiser.
    Raises `Refused`, `EnvironmentNeeded` and `OSError`."""
    report(0.02, "Reading the file")
    shapes = {name: tuple(shape) for name, shape in request["shapes"].items()}
    conversion = Request(Path(request["source"]), shapes=shapes)
    environment = needed_environment(conversion.source)
    if environment is None or not (environment is ENVIRONMENT_OF[SourceFormat.ONNX] and environment.is_ready):
        require_environments(environment, QUANTISER)  # for the forms, which come next
    result = make_float(conversion, Path(request["folder"]), report, takes_trees=True)
    if result.trees is None:
        require_environments(None, QUANTISER)
    return {
        "conversion": result.conversion,
        "format": result.source_format.value,
        "float": None if result.conversion is None else result.path.name,
        "gaps": dict(result.gaps),
        **({} if result.trees is None else {"trees": _trees(conversion.source, result.path, result.trees)}),
    }


def _trees(source: Path, path: Path, result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of decision trees, the record of their file, and the stages that run them."""
    return {**result, "provenance": tree_record(source, result, path.read_bytes()), "stages": tree_stages(result)}


def prepare_environment(request: Mapping[str, Any], report: Callable[[float, str], None]) -> dict[str, Any]:
    """Prepares the environments that somebody agreed to. Raises `EnvironmentProblem`."""
    environments = [ENVIRONMENTS[name] for name in request["environment"].split()]
    report(0.05, f"Fetching {size_text(environments)}")
    results = [prepare(each, lambda text: report(0.1, text)) for each in environments]
    return {"packages": sum(each.packages for each in results), "version": results[-1].version}


ACTIONS: Mapping[str, Callable[[Mapping[str, Any], Callable[[float, str], None]], Any]] = {
    "convert": convert_files,
    "float": make_float_file,
    "prepare": prepare_environment,
    "recipes": describe_recipes,
    "count": count_needs,
    "augment": augment_recordings,
}

COMMANDED_ACTIONS: Mapping[str, Callable[[], tuple[Callable[..., dict[str, Any]], RunCommands | SearchCommands]]] = {
    "train": lambda: (train_model, RunCommands()),
    "search": lambda: (search_settings, SearchCommands()),
    "sizes": lambda: (count_sizes, RunCommands()),
}
"""Actions that send events, and take commands while they work."""

AHEAD: Mapping[str, tuple[Environment | None, str | None]] = {
    "tensorflow": (ENVIRONMENTS["tensorflow"], "train"),
    "quantiser": (ANALYSIS, "quantise"),
    "torch": (ENVIRONMENTS["torch"], "pt2"),
    "compiler": (None, None),
}
"""The libraries that can be loaded before a request is there: their environment, None without a step, and a step that
needs them. The compiler is loaded in this process, with each of them."""


def start_named(name: str) -> None:
    """Starts the process that `--ahead` names; none where its environment is not prepared. The compiler is loaded
    here meanwhile."""
    environment, step = AHEAD[name]
    if environment is None or step is None:
        pass
    elif environment is ANALYSIS and not missing_analysis(QUANTISER):
        start_ahead(analysis_python(QUANTISER), step)
    elif environment.is_ready:
        start_ahead(environment.python, step)
    with permanent():
        preload()


if __name__ == "__main__":
    os.umask(0o022)  # a server's own lets nobody read, and the process that converts is another user
    if sys.argv[1:2] == ["--ahead"]:
        start_named(sys.argv[2])
    main(sys.stdin, sys.stdout)

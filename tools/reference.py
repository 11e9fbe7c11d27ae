"""Writes the pages and schemas of docs/reference that are generated from the code.

Run by `make reference`. They are committed, so that a reviewer sees what changes; a test fails while one is stale.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent, fill
from typing import Any, Final
from zipfile import ZipFile

import click

from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import SOURCE
from rune.compiler.anvil.models.control_flow import MOST_OPERATORS, MOST_ROUNDS
from rune.compiler.anvil.models.support import unsupported
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.activations.softmax import LONGEST_ROW
from rune.compiler.anvil.ops.reduction.mean import SUM_OF_INT8
from rune.compiler.anvil.ops.types import ELEMENTS_LIMIT
from rune.compiler.blocks.catalogue import CATALOGUE, PUBLISHED_BLOCKS
from rune.compiler.blocks.in_python import source_of
from rune.compiler.blocks.signature import Argument, Block, Category
from rune.model.tflite import operator_types, read_model
from rune.source.policy.schema import policy_schema
from rune.source.runefile.schema import schema
from rune.tools.cli import main as rune_command
from rune.tools.cli.failure import STATUSES
from rune.tools.cli.settings import VARIABLES
from rune.tools.remote import DigestMismatch, NotARune, NotFound, RegistryUnreachable, SignInNeeded

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
MODELS = ROOT / "tests" / "models" / "compiled.zip"
REMOTE = (RegistryUnreachable, SignInNeeded, NotFound, DigestMismatch, NotARune)
"""Errors of registries that have a status of their own."""
WRITTEN_BY = "<!-- Written by `make reference`; change the code, not this page. -->"


def generated() -> dict[Path, str]:
    """The text of every file that is made from the code."""
    # First: the page of events needs the apps, which the description sets up.
    description = openapi()
    pages = {
        "command.md": command_page(),
        "blocks.md": blocks_page(),
        "operators.md": operators_page(),
        "settings.md": settings_page(),
        "events.md": events_page(),
        "openapi.yaml": description,
        "runefile.schema.json": runefile_schema(),
        "forge.schema.json": json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n",
    }
    tables = {REFERENCE / "runefile.md": capabilities_table()}
    filled = {path: with_table(path.read_text("utf-8"), table) for path, table in tables.items()}
    return {REFERENCE / name: text for name, text in pages.items()} | filled


_TABLE_START = "<!-- Table written by `make reference`. -->\n"
_TABLE_END = "<!-- End of the table. -->\n"


def with_table(page: str, table: str) -> str:
    """A page that is written by hand, with a generated table between its marks."""
    before, start, rest = page.partition(_TABLE_START)
    _, end, after = rest.partition(_TABLE_END)
    if not start or not end:
        raise ValueError("the page has no place for its table")
    return f"{before}{start}{table}{end}{after}"


def capabilities_table() -> str:
    """The capabilities with their arguments and tensors."""
    rows = [
        f"| `{each.name}` | {_cell(each.summary)} | {_arguments_of(each)} | {_cell(each.formula)} |"
        for each in CAPABILITIES.values()
    ]
    return "\n".join(["| name | reads | arguments | gives |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _arguments_of(capability: Capability) -> str:
    own = [each for each in capability.parameters if each is not SOURCE]
    return ", ".join(f"`{each.name}`{' (must be given)' if each.is_required else ''}" for each in own)


def command_page() -> str:
    """The `rune` command, from click's own description of it."""
    context = click.Context(rune_command, info_name="rune")
    lines = [
        "# The command `rune`",
        WRITTEN_BY,
        "It is in `.venv/bin` after `make setup`. Results go to standard output, everything else to standard error: "
        "errors, warnings, and on a terminal the progress of work longer than a second. An error "
        "begins with `Error:`; its causes follow under `Caused by:`. For an introduction see "
        "[the command in ten minutes](../guides/command.md).",
        "## Exit status",
        "\n".join(["| status | |", "| --- | --- |", *(f"| {status} | {text} |" for status, text in _statuses())]),
        "## Environment",
        "A variable that is not set is looked for in a file `.env` in this folder or one above it. Of such a file only "
        "these names are read, so that a foreign project cannot set other variables. Options take precedence.",
        "\n".join(["| variable | |", "| --- | --- |", *(f"| `{name}` | {text} |" for name, text in VARIABLES.items())]),
        "## Options of every command",
        "They precede the name of the command: `rune --color never check`.",
        _options(rune_command, context),
    ]
    for name in rune_command.list_commands(context):
        subcommand = rune_command.get_command(context, name)
        assert subcommand is not None, name
        lines += list(_command(subcommand, click.Context(subcommand, info_name=name, parent=context)))
    return _joined(lines)


def _statuses() -> list[tuple[int, str]]:
    of_registries = [(each.exit_code, f"`rune login`, `rune pull`: {_summary(each)}") for each in REMOTE]
    return sorted([*STATUSES.items(), *of_registries])


def _summary(error: type[Exception]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0]


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## rune {context.info_name}"
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```"
    text, _, example = (command.help or "").partition("\b\n")
    yield " ".join(text.split("\n\n")[0].split())
    for paragraph in text.split("\n\n")[1:]:
        if paragraph.strip():
            yield " ".join(paragraph.split())
    if example:
        # Python takes the indentation of docstrings away since 3.13.
        yield f"```\n{dedent(example).rstrip()}\n```"
    options = _options(command, context)
    if options:
        yield options


def _options(command: click.Command, context: click.Context) -> str:
    """A table; empty when there are none that say what they do."""
    records = (option.get_help_record(context) for option in command.params)
    rows = [f"| `{_cell(record[0])}` | {_cell(record[1])} |" for record in records if record and record[1]]
    return "\n".join(["| option | |", "| --- | --- |", *rows]) if rows else ""


def blocks_page() -> str:
    """Every proc-block with its arguments, and where its own page is."""
    lines = [
        "# Proc-blocks",
        WRITTEN_BY,
        "A Runefile names a block as `hotg-ai/proc-blocks@v0.11.3#fft`, or `fft` for short; `-` and `_` are equal. "
        "Each block's own page describes its inputs and outputs, with an example.",
    ]
    for category in Category:
        blocks = [block for block in CATALOGUE.values() if block.category is category]
        if blocks:
            lines.append(f"## {category.value}")
        for block in blocks:
            lines += list(_block(block))
    return _joined(lines)


def _block(block: Block) -> Iterator[str]:
    folder = block.folder.relative_to(ROOT).as_posix()
    yield f"### {block.name}"
    yield f"{block.summary} [More, and an example](../../{folder}/README.md)."
    if block.aliases:
        yield f"Old Runefiles also know it as {', '.join(f'`{alias}`' for alias in block.aliases)}."
    if block.source is not None:
        yield (
            "It is written in Python ([guide](../guides/python-blocks.md)), and "
            f"`rune block copy {block.name}` makes it a file of the project:"
        )
        yield f"```python\n{source_of(block.source).rstrip()}\n```"
    if not block.arguments:
        yield "It has no arguments."
        return
    rows = ["| argument | type | default | allowed | |", "| --- | --- | --- | --- | --- |"]
    for one in block.arguments:
        default = "must be given" if one.default is None else f"{one.default}" or "none"
        rows.append(f"| `{one.name}` | {one.kind.value} | {default} | {_allowed(one)} | {_cell(one.help)} |")
    yield "\n".join(rows)


def _allowed(argument: Argument) -> str:
    if argument.choices:
        return ", ".join(f"`{choice}`" if choice else "none" for choice in argument.choices)
    unit = f" {argument.unit}" if argument.unit else ""
    return f"{_limits(argument)}{unit}"


def _limits(argument: Argument) -> str:
    least, most = (_number(limit) if limit is not None else None for limit in (argument.minimum, argument.maximum))
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"{least} or more"
    return "any" if most is None else f"up to {most}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e12 else f"{value:g}"


_MICRO_NAMES = """
ABS ADD ADD_N ARG_MAX ARG_MIN ASSIGN_VARIABLE AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO
CALL_ONCE CAST CEIL CONCATENATION CONV_2D COS CUMSUM DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV
DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER
GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LESS LESS_EQUAL LOG LOGICAL_AND
LOGICAL_NOT LOGICAL_OR LOGISTIC LOG_SOFTMAX MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PAD PADV2
PRELU QUANTIZE READ_VARIABLE REDUCE_MAX REDUCE_MIN RELU RELU6 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2
ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE
SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK
VAR_HANDLE WHILE ZEROS_LIKE CUSTOM:TFLite_Detection_PostProcess
"""

MICRO: Final = frozenset(_MICRO_NAMES.split())
"""What TensorFlow Lite Micro's resolver knows, without its operators for signals and for a vendor's processors."""

_UNJUDGED = "LiteRT has no reference kernel to compare it with"
NOT_COMPILED: Final = dict.fromkeys(("CEIL", "ELU", "ROUND"), _UNJUDGED)
"""Why an operator of TensorFlow Lite Micro is not compiled."""


def _beside_micro(compiled: Collection[str]) -> tuple[str, str]:
    """A sentence, and the table of what is not compiled."""
    lacking = sorted(MICRO - set(compiled))
    sentence = (
        f"Of the {len(MICRO)} operators of TensorFlow Lite Micro (without those for signals and for one vendor's "
        f"processors), {len(MICRO) - len(lacking)} are compiled, with the types of the table above, whose last column "
        "names them. These are not:"
    )
    rows = ["| operator | reason |", "| --- | --- |"]
    rows += [f"| {op} | {NOT_COMPILED[op]} |" for op in lacking]
    return sentence, "\n".join(rows)


def operators_page() -> str:
    """What Anvil compiles, by the models that its tests hold to the reference."""
    targets_of: dict[str, set[str]] = {op: set() for op in OPERATIONS}
    with ZipFile(MODELS) as pack:
        models = [pack.read(name) for name in sorted(pack.namelist()) if name.endswith(".tflite")]
    for data in models:
        model = read_model(data)
        if unsupported(model):
            continue
        for operator in model.operators:
            targets_of.setdefault(operator.op, set()).add(operator_types(model, operator))
    rows = ["| operator | types | Micro |", "| --- | --- | --- |"]
    rows += sorted(
        f"| {op.removeprefix('CUSTOM:')} | {', '.join(sorted(types))} | {'yes' if op in MICRO else ''} |"
        for op, types in targets_of.items()
    )
    return _joined(
        [
            "# Operators",
            WRITTEN_BY,
            "The ops that can be compiled into a rune. For each of them the tests have models "
            "whose results are compared, byte for byte for integers, with those of LiteRT's reference kernels.",
            "\n".join(rows),
            "A model with other ops builds too: the rune embeds it, and its host runs it. The build "
            "names these ops and their types, as `rune model-info` does.",
            "## Beside TensorFlow Lite Micro",
            *_beside_micro(targets_of),
            "## Conditions",
            "\n".join(
                (
                    "* Weights and biases are constants of the model, not packed as sparse or shuffled.",
                    "* int8, uint8 and int16 tensors have one scale each; int8 weights of convolutions and fully "
                    "connected layers may have one a channel, with a zero point of 0; biases are int32.",
                    "* int16 tensors have a zero point of 0. Weights beside them are int8 and biases int64, as "
                    "converters make them for int16x8, or int32 where the operator says so; the factors of "
                    "BATCH_MATMUL are both int16. In most other operators LiteRT's reference kernels refuse int16, or "
                    "give something else than the operator's function.",
                    "* Convolutions, depthwise convolutions and fully connected layers of float32 may have int8 "
                    "weights (dynamic-range quantisation); "
                    "products of matrices too, of rows with one matrix"
                    " of weights that has one scale and a zero point of 0; transposed convolutions may not.",
                    "* Weights of float16, int8 or uint8 behind a DEQUANTIZE, as float16 quantisation makes them, are "
                    "unpacked when the rune is built: it holds them as float32.",
                    "* What slices, pads, transposes, repeats, joins or splits has constant sizes, and one scale and "
                    "zero point for all its tensors.",
                    "* uint8 is computed as int8, so an operator takes it wherever it takes int8, but for "
                    "SQUARED_DIFFERENCE and BATCH_MATMUL.",
                    "* The indices of GATHER, GATHER_ND and EMBEDDING_LOOKUP are constants, or come while the model "
                    "runs; one that is beyond the tensor ends the run with an error. EMBEDDING_LOOKUP gives its "
                    "table's type, or float32 of an int8 table.",
                    "* TFLite_Detection_PostProcess takes floats, or uint8 for boxes, scores and anchors; places "
                    "beyond the last detection hold zeros, and a box that ends before it begins ends the run with an "
                    "error.",
                    f"* SUM takes float32 and uint8. It is not compiled for int8, {SUM_OF_INT8}: the host runs such a "
                    "model with those kernels. MEAN of int8 is compiled.",
                    f"* A row of int8 SOFTMAX has at most {LONGEST_ROW:,} numbers.",
                    "* RSQRT of int8 has numbers from zero on: its input's zero point is -128.",
                    "* Operators of two inputs have at most five dimensions. Integer inputs and output of "
                    "MINIMUM, MAXIMUM and RESIZE_BILINEAR have the same scale and zero point.",
                    "* Fused activations are those that bound a value: RELU, RELU6, RELU_N1_TO_1, or none.",
                    f"* A tensor has between 1 and {ELEMENTS_LIMIT:,} elements, and a size that is known.",
                    "* A variable (VAR_HANDLE, CALL_ONCE) has one type and shape, and is assigned before it is read: "
                    "by the graph that is called once, of constants, or by the model. What a model keeps between runs "
                    "is kept in the rune, from its start.",
                    "* int8 convolutions, depthwise convolutions and fully connected layers may have weights of 4 "
                    "bits; a rune holds them as bytes.",
                    "* The condition of IF, or of each round of WHILE, follows from constants. That of an IF may be "
                    "known only while the model runs, if its branches keep nothing and cannot fail: both are computed. "
                    "So may that of a WHILE, if it holds a bound that follows from constants, such as a counter: all "
                    f"rounds are computed. A model has at most {MOST_ROUNDS:,} rounds, and {MOST_OPERATORS:,} "
                    "operators in all of them.",
                    "* int32 that is not quantised is added, subtracted, multiplied, compared, selected and cast.",
                    "* SVDF of int8 has a state and weights over time of 16 bits and the activation RELU. "
                    "UNIDIRECTIONAL_SEQUENCE_LSTM has no peepholes, projection, normalisation of layers or coupled "
                    "gates, and in int8 cells of 16 bits.",
                )
            ),
        ]
    )


SETTINGS = {
    "DATA_DIR": "The folder of the database, the files and the keys. `manage.py backup` copies all of it.",
    "SHARED_DATA": "1 lets several servers of one machine share DATA_DIR with its SQLite; else a second is refused.",
    "UPGRADE_BACKUPS": "How many backups from before upgrades are kept in DATA_DIR; 0 takes none.",
    "HOST": "The address to listen on; 0.0.0.0 is every address of the machine.",
    "PORT": "The port to listen on.",
    "PUBLIC_URL": "The server's public address; links for others start with it.",
    "UPLOAD_LIMIT": "Bytes that one request may carry.",
    "AUDIT_DAYS": "Days that an entry of the audit log is kept.",
    "AUDIT_COPIES": "Where the audit log is sent as it is written, separated by commas: `file:///path`, "
    "`syslog://host:601`, `syslogs://host:6514` (TLS) or `https://host/path`.",
    "AUDIT_WEBHOOK_SECRET": "Signs copies of the audit log for webhooks: `whsec_` and 24 to 64 bytes in base64.",
    "SECRET_KEY": "The key that signs sessions. By default it is created at the first start and kept in DATA_DIR.",
    "ALLOWED_HOSTS": "More host names of this server, separated by commas.",
    "TRUSTED_PROXIES": "Addresses of reverse proxies, separated by commas: their `X-Forwarded-For` and "
    "`X-Forwarded-Proto` are trusted.",
    "CREATE_ORGANISATIONS": "Who may create organisations: `everyone` who signed in, or the `operator` alone, "
    "by `manage.py organisation`.",
    "WEBHOOKS_TO": "Where webhooks may lead: `public` addresses over HTTPS alone, or `anywhere` that the server "
    "reaches.",
    "GIT_SERVERS": "The Git servers from which projects may be made and to which they may be pushed, separated by "
    "commas, as `https://git.example`; `none` allows none.",
    "TLS_CERTIFICATE": "A certificate's file: the server then speaks HTTPS. Needs TLS_KEY too.",
    "TLS_KEY": "The file of the certificate's key.",
    "DATABASE_URL": "A PostgreSQL database, postgresql://user:password@host/name; by default SQLite in DATA_DIR.",
    "REDIS_URL": "The Redis that joins several web processes, redis://host:6379/0; one process alone needs none.",
    "BROKER_URL": "The queue of builds; by default it is in the server itself, as is the worker.",
    "WORKER_CAPABILITIES": "What the workers of this process can do, separated by commas: build, lab, gpu.",
    "S3_URL": "A bucket for files, s3://bucket or s3+https://host:9000/bucket; by default they are in DATA_DIR.",
    "S3_ACCESS_KEY": "The key's name at the S3 store. Needs S3_SECRET_KEY too.",
    "S3_SECRET_KEY": "The key itself; without both, AWS's own settings are used.",
    "AWS_ACCESS_KEY_ID": "Used where S3_ACCESS_KEY is not set.",
    "AWS_SECRET_ACCESS_KEY": "Used where S3_SECRET_KEY is not set.",
    "AWS_SESSION_TOKEN": "Goes with keys that last for a while.",
    "S3_REGION": "The region of the bucket.",
    "METRICS_TOKEN": "The token with which `/metrics` is read; without it the address answers 404.",
    "LOG_FORMAT": "json writes the log as lines of JSON.",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "An OpenTelemetry collector for traces; needs `requirements/telemetry.txt`.",
    "OTEL_EXPORTER_OTLP_HEADERS": "What is sent to it besides, such as a token: name=value, separated by commas.",
    "REQUIRED_ISOLATION": "Protections without which nothing is computed for users: `all`, or names that "
    "`python -m forge.serving.healthy --isolation` lists, separated by commas. By default what the system has is used.",
    "EMAIL_URL": "The mail server, smtps://user:password@host:465, smtp+starttls://user:password@host:587 or "
    "smtp://host:25; by default letters are written to the log.",
    "EMAIL_FROM": "The sender of letters.",
    "OIDC_URL": "The issuer of an OpenID Connect provider that signs people in, https://id.example/realm.",
    "OIDC_NAME": "What the sign-in page calls it; by default its host.",
    "OIDC_CLIENT_ID": "As whom this server speaks to it.",
    "OIDC_CLIENT_SECRET": "The secret for that.",
    "GITHUB_CLIENT_ID": "An OAuth app of GitHub that signs people in. Needs GITHUB_CLIENT_SECRET too.",
    "GITHUB_CLIENT_SECRET": "Its secret.",
    "GITLAB_CLIENT_ID": "An application of gitlab.com that signs people in. Needs GITLAB_CLIENT_SECRET too.",
    "GITLAB_CLIENT_SECRET": "Its secret.",
    "GOOGLE_CLIENT_ID": "An OAuth client of Google that signs people in. Needs GOOGLE_CLIENT_SECRET too.",
    "GOOGLE_CLIENT_SECRET": "Its secret.",
    "SIGN_ON_DOMAINS": "Domains of email addresses, separated by commas: whoever signs in by such a service with "
    "one gets an account. By default only people who have an account come in.",
    "DEBUG": "1 shows errors with their whole context. Never set it on a server that others can reach.",
}
"""What each variable is for. A test compares the names with those that `forge.serving.environment` reads."""


def settings_page() -> str:
    """The environment's variables and their defaults."""
    from forge.serving.environment import read_environment

    default = read_environment({}, Path())
    defaults = {
        "DATA_DIR": "`data` in the project's folder",
        "HOST": f"`{default.host}`",
        "PORT": f"`{default.port}`",
        "PUBLIC_URL": "`http://127.0.0.1:PORT`",
        "UPLOAD_LIMIT": f"`{default.upload_limit}`",
        "AUDIT_DAYS": f"`{default.audit_days}`",
        "SECRET_KEY": "generated",
        "LOG_FORMAT": "`text`",
        "BROKER_URL": f"`{default.broker}`",
        "WORKER_CAPABILITIES": f"`{','.join(default.capabilities)}`",
        "UPGRADE_BACKUPS": f"`{default.upgrade_backups}`",
        "EMAIL_FROM": "`Hammer Forge <forge@HOST>`",
    }
    rows = ["| variable | default | |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {defaults.get(name, 'none')} | {text} |" for name, text in SETTINGS.items()]
    return _joined(
        [
            "# Settings",
            WRITTEN_BY,
            "All settings come from the environment; none is required. Example: `PORT=8001 make run`.",
            "\n".join(rows),
        ]
    )


def openapi() -> str:
    """The description of the REST API, OpenAPI 3, as `/api/v1/schema` answers too."""
    import django
    from django.apps import apps

    with TemporaryDirectory() as folder:
        if not apps.ready:
            os.environ["DATA_DIR"] = folder
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
            django.setup()
        from drf_spectacular.generators import SchemaGenerator
        from drf_spectacular.renderers import OpenApiYamlRenderer

        generator: Any = SchemaGenerator  # the library's classes have no types
        schema: Mapping[str, Any] = generator().get_schema(request=None, public=True)
        renderer: Any = OpenApiYamlRenderer
        rendered: bytes = renderer().render(schema, renderer_context={})
    return f"# Written by `make reference`; change the code, not this file.\n{rendered.decode()}"


def events_page() -> str:
    """What the sockets of events tell, from the declarations. The web app is set up, as `openapi` leaves it."""
    from forge.core.events.declarations import StreamKind, declared_types, webhook_topics

    lines = [
        "# Events",
        WRITTEN_BY,
        "What a project, an organisation or a person tells, in a log with numbers without gaps. The state before, "
        "changed by its events, is the state after, read again. A field in brackets goes with the message alone: a "
        "replayed event lacks it, and you read what it would say. What an event does not bring is in the last column; "
        "`everything` is all that your role decides. [The API's description](openapi.yaml) has the shape of each type; "
        "`ProjectEvent` is the choice of all of a project. [How to follow them](api.md#sockets).",
    ]
    for kind in StreamKind:
        rows = ["| event | | payload | read again |", "| --- | --- | --- | --- |"]
        for each in declared_types():
            if each.stream == kind:
                keys = [f"[`{name}`]" if name in each.transient else f"`{name}`" for name in each.fields]
                meaning, again = _cell(each.payload_type.__doc__ or ""), ", ".join(each.read_again)
                rows.append(f"| `{each.name}` | {meaning} | {', '.join(keys)} | {again} |")
        lines += [f"## {kind.name.capitalize()}", "\n".join(rows)]
    rows = ["| topic | message | sent after |", "| --- | --- | --- |"]
    for topic in webhook_topics().values():
        for each in declared_types():
            if each.webhook is not None and each.webhook.topic is topic:
                rows += [f"| `{topic.name}`: {topic.label} | `{kind}` | `{each.name}` |" for kind in each.webhook.types]
    lines += ["## Messages to webhooks", "[How to receive them](../guides/webhooks.md).", "\n".join(rows)]
    return _joined(lines)


def runefile_schema() -> str:
    """The JSON Schema of a Runefile, as the forge serves it too."""
    return json.dumps(schema(PUBLISHED_BLOCKS), indent=2, ensure_ascii=False) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _joined(blocks: list[str]) -> str:
    """The blocks as one page; prose is wrapped, tables and code are not."""
    as_it_is = ("|", "```", "#", "<!--", "* ")
    return "\n\n".join(block if block.startswith(as_it_is) else fill(block, 120) for block in blocks) + "\n"


def main() -> int:
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

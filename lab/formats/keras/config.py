"""Reads the configuration of a Keras model as data and writes a clean one: known layers, known arguments, plain values.

The clean configuration names modules of Keras that this file chooses; no name of a module comes from the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.formats.keras.objects import (
    ACTIVATION_ARGUMENTS,
    ACTIVATIONS,
    COMMON,
    HOUSES,
    LAYERS,
    LEFT_OUT,
    NESTED_KEYS,
    NESTED_LISTS,
    ONLY,
    OPERATIONS,
    POLICIES,
    RUNS_CODE,
    TRAINING_ENDINGS,
    TYPES,
)
from lab.formats.keras.parts import whole_parts
from lab.formats.keras.plain import DEPTH, LARGEST, Json, as_list, as_object, as_text, clean_value
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

MODELS = ("Functional", "Sequential", "Model")
"""Classes of models. Keras 2 wrote `Model` for a functional one."""
MOST_LAYERS = 3000
NESTING = 12
"""Models and wrapped layers inside each other."""

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class KerasInput:
    """An input of a model with its fixed shape; the batch, which is 1, comes first."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class CleanConfig:
    """A configuration that Keras may read, and the inputs that it declares.

    `ids` is the size of the smallest embedding, 0 for a model without one: inputs are whole numbers below it.
    """

    config: Mapping[str, Json]
    inputs: tuple[KerasInput, ...]
    ids: int = 0


def clean_config(model: Json, shapes: Mapping[str, Shape] | None = None) -> CleanConfig:
    """The clean configuration of a whole model. `shapes` fixes the dimensions that the file leaves open, by the name of
    the input; the batch is always 1. Raises `Refused`."""
    reader = _ConfigReader(dict(shapes or {}))
    config = reader.model(model, nesting=0)
    unknown = sorted(set(reader.shapes) - {each.name for each in reader.inputs})
    if unknown:
        names = ", ".join(each.name for each in reader.inputs)
        raise Refused(Reason.OPEN_DIMENSION, f"The model has no input {quoted(unknown[0])}. Its inputs: {names}.")
    if not reader.inputs:
        raise Refused(Reason.BROKEN, "The model declares no input shape. Build it with keras.Input before saving it.")
    return CleanConfig(config, tuple(reader.inputs), min(reader.embeddings, default=0))


class _ConfigReader:
    """Goes through one configuration, counting layers and noting inputs."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.inputs: list[KerasInput] = []
        self.embeddings: list[int] = []
        self._layers = 0

    def model(self, value: Json, *, nesting: int) -> dict[str, Json]:
        """A model, at the top or used as a layer."""
        node = as_object(value, "The model's configuration")
        name = _class_of(node)
        if name not in MODELS:
            raise Refused(
                Reason.CUSTOM_OBJECT,
                f"The model is of the class {plain(name)}. Only Sequential and functional models are read: a class of "
                "its own is Python that the file does not hold.",
            )
        config = node.get("config")
        if isinstance(config, list):  # a Sequential of the first versions
            config = {"layers": config}
        config = as_object(config, f"The configuration of {name}")
        functional = name != "Sequential"
        layers = [
            self._node(one, nesting=nesting, is_first=not place and not functional)
            for place, one in enumerate(as_list(config.get("layers"), f"The layers of {name}"))
        ]
        if not functional and not nesting and not self.inputs and config.get("build_input_shape") is not None:
            layers.insert(0, self._input_layer(config["build_input_shape"]))
        clean: dict[str, Json] = {"name": as_text(config.get("name", "model"), "A model's name"), "layers": layers}
        if functional:
            clean |= {key: clean_value(config.get(key), key) for key in ("input_layers", "output_layers")}
        return {
            "module": "keras" if not functional else "keras.src.models.functional",
            "class_name": "Functional" if functional else "Sequential",
            "config": clean,
            "registered_name": None,
            **_build_config(node),
        }

    def _node(self, value: Json, *, nesting: int, is_first: bool) -> dict[str, Json]:
        """A layer of a model, with where its inputs come from."""
        node = as_object(value, "A layer")
        clean = self._layer(node, nesting=nesting, is_first=is_first)
        if "name" in node:
            clean["name"] = as_text(node["name"], "A layer's name")
        if "inbound_nodes" in node:
            clean["inbound_nodes"] = [_calls(one) for one in as_list(node["inbound_nodes"], "inbound_nodes")]
        return clean

    def _layer(self, node: Mapping[str, Json], *, nesting: int, is_first: bool = False) -> dict[str, Json]:
        self._layers += 1
        if self._layers > MOST_LAYERS or nesting > NESTING:
            raise Refused(
                Reason.TOO_LARGE,
                f"The model has more than {MOST_LAYERS:,} layers, or models inside each other deeper than {NESTING}.",
            )
        name = _class_of(node)
        if name in MODELS:
            return self.model(node, nesting=nesting + 1)
        if _is_operation(node):
            return self._operation(node, name)
        if name not in LAYERS:
            raise _unknown(name, node)
        config = as_object(node.get("config"), f"The arguments of {name}")
        arguments = {
            key: self._argument(name, key, one, nesting)
            for key, one in config.items()
            if _goes_into_clean_file(name, as_text(key, f"An argument of {name}"), one)
        }
        if nesting == 0 and (name == "InputLayer" or is_first):
            self._fix_shape(arguments)
        if name == "Embedding" and isinstance(arguments.get("input_dim"), int):
            self.embeddings.append(arguments["input_dim"])
        return {
            "module": "keras.layers",
            "class_name": name,
            "config": arguments,
            "registered_name": None,
            **_build_config(node),
        }

    def _operation(self, node: Mapping[str, Json], name: str) -> dict[str, Json]:
        if name not in OPERATIONS:
            raise _unknown(name, node)
        config = as_object(node.get("config", {}), f"The arguments of {name}")
        known_keys = OPERATIONS[name] | {"name", "dtype"}
        clean = {
            key: _type(one) if key == "dtype" else clean_value(one, key)
            for key, one in config.items()
            if key in known_keys
        }
        return {
            "module": "keras.src.ops.numpy",
            "class_name": name,
            "config": clean,
            "registered_name": None,
            **_build_config(node),
        }

    def _argument(self, layer: str, key: str, value: Json, nesting: int) -> Json:
        title = f"{layer}.{key}"
        if key in ONLY:
            if value not in (ONLY[key], None):
                raise Refused(
                    Reason.UNKNOWN_LAYER, f"{title} is {plain(str(value)[:100])}, which has no form in TFLite."
                )
            return ONLY[key]
        if key in ("dtype", "input_dtype"):
            return _type(value)
        if key in ACTIVATION_ARGUMENTS:
            return self._activation(value, title, nesting)
        if key in NESTED_KEYS:
            return None if value is None else self._layer(as_object(value, title), nesting=nesting + 1)
        if key in NESTED_LISTS:
            return [self._layer(as_object(one, title), nesting=nesting + 1) for one in as_list(value, title)]
        return clean_value(value, title)

    def _activation(self, value: Json, title: str, nesting: int) -> Json:
        """The name of a function of Keras, or a layer that stands for one."""
        if value is None:
            return None
        if isinstance(value, dict):
            if _class_of(value) in LAYERS:
                return self._layer(value, nesting=nesting + 1)
            value = _function_name(value, title)
        if as_text(value, title) not in ACTIVATIONS:
            raise Refused(Reason.CUSTOM_OBJECT, f"{title} is {quoted(value)}, which is not an activation of Keras.")
        return value

    def _fix_shape(self, arguments: dict[str, Json]) -> None:
        """Notes the input that a layer declares, if it declares one, and fixes its dimensions."""
        for key in ("batch_shape", "batch_input_shape"):
            if arguments.get(key) is not None:
                arguments[key] = self._add_input(as_text(arguments.get("name", "input"), "A name"), arguments[key])
                return

    def _input_layer(self, shape: Json) -> dict[str, Json]:
        """The input of a Sequential whose first layer declares none, with the shape for which the model was built."""
        config = {"batch_shape": self._add_input("input", shape), "dtype": "float32", "name": "input"}
        return {"module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": None}

    def _add_input(self, name: str, shape: Json) -> list[int]:
        fixed_shape = [1, *_fixed_dimensions(name, as_list(shape, "An input's shape")[1:], self.shapes.get(name))]
        self.inputs.append(KerasInput(name, tuple(fixed_shape)))
        return fixed_shape


def _fixed_dimensions(name: str, dimensions: Sequence[Json], chosen_shape: Shape | None) -> list[int]:
    """The dimensions of an input behind the batch, each of them a number. Raises `Refused`."""
    own = [None if one is None else one if isinstance(one, int) else 0 for one in dimensions]
    if any(one is not None and not 0 < one <= LARGEST for one in own):
        raise Refused(Reason.BROKEN, f"The input {quoted(name)} has the shape {dimensions}, which is not valid.")
    if chosen_shape is not None:
        if len(chosen_shape) != len(own) or any(
            a is not None and a != b for a, b in zip(own, chosen_shape, strict=True)
        ):
            raise Refused(
                Reason.OPEN_DIMENSION,
                f"The input {quoted(name)} has the shape {_shape_text(own)}, which {_shape_text(chosen_shape)} does "
                "not fit.",
            )
        own = list(chosen_shape)
    sizes = [one for one in own if one is not None]
    if len(sizes) < len(own):
        proposal = "x".join(str(one or 49) for one in own)
        raise Refused(
            Reason.OPEN_DIMENSION,
            f"The input {quoted(name)} has the shape {_shape_text(own)}. Choose each open dimension, as "
            f"--shape {name}={proposal}.",
        )
    return sizes


def _shape_text(shape: Sequence[int | None]) -> str:
    return "[" + ", ".join("?" if one is None else str(one) for one in shape) + "]"


def _class_of(node: Mapping[str, Json]) -> str:
    """The name of an object's class, if the object is Keras's. Raises `Refused`."""
    name = as_text(node.get("class_name"), "class_name")
    if name in RUNS_CODE:
        raise Refused(
            Reason.PYTHON_CODE,
            f"The model has a layer {name}, which runs code of the file. Replace it by layers of Keras, and save "
            "again.",
        )
    module, registered_name = node.get("module"), node.get("registered_name")
    is_known = name in LAYERS or name in MODELS or name in OPERATIONS
    foreign_module = module is not None and not _is_of_keras(as_text(module, "module"))
    if is_known and (foreign_module or registered_name not in (None, name, f"keras>{name}")):
        where = registered_name if isinstance(registered_name, str) else module
        raise Refused(
            Reason.CUSTOM_OBJECT, f"The class {plain(str(where))} is not Keras's own, although it is named {name}."
        )
    return name


def _is_of_keras(module: str) -> bool:
    return any(module == house or module.startswith(f"{house}.") for house in HOUSES) or module in ("builtins",)


def _is_operation(node: Mapping[str, Json]) -> bool:
    """Returns whether an object is an operation and no layer. An h5 file has no modules, but its layers say whether
    they are trained."""
    module, config = node.get("module"), node.get("config")
    if module is None:
        return node.get("class_name") in OPERATIONS and isinstance(config, dict) and "trainable" not in config
    return isinstance(module, str) and module.startswith("keras.src.ops.")


def _unknown(name: str, node: Mapping[str, Json]) -> Refused:
    module, registered_name = node.get("module"), node.get("registered_name")
    is_own = (
        ">" in name
        or (isinstance(registered_name, str) and registered_name != name)
        or (isinstance(module, str) and not _is_of_keras(module))
    )
    if is_own or (module is None and registered_name is not None):
        return Refused(
            Reason.CUSTOM_OBJECT,
            f"The class {plain(name)} is not Keras's own: its code is not in the file, "
            "and would not be run. Replace it by layers of Keras, and save again.",
        )
    return Refused(Reason.UNKNOWN_LAYER, f"The class {plain(name)} is not on the list of layers that are converted.")


def _goes_into_clean_file(layer: str, key: str, value: Json) -> bool:
    """Returns whether an argument goes into the clean file. Raises `Refused` for one that is not known."""
    if key in LAYERS[layer] or key in COMMON:
        return True
    if key.endswith(TRAINING_ENDINGS):
        return False
    harmless = LEFT_OUT.get(key)
    if harmless is not None and (not harmless or value in harmless):
        return False
    raise Refused(Reason.UNKNOWN_LAYER, f"{layer} has an argument {quoted(key)}, which is not on the list.")


def _function_name(value: Mapping[str, Json], title: str) -> Json:
    """The name in `{"class_name": "function", "config": "relu"}`, which Keras writes for functions of its own."""
    module = value.get("module")
    if value.get("class_name") in ("__lambda__", "lambda"):
        raise Refused(Reason.PYTHON_CODE, f"{title} is Python code of the file.")
    if value.get("class_name") == "function" and isinstance(module, str) and module.startswith("keras."):
        return value.get("config")
    raise Refused(Reason.CUSTOM_OBJECT, f"{title} is a function that is not Keras's own.")


def _type(value: Json) -> Json:
    """The name of a type of numbers or of a policy of types."""
    if isinstance(value, dict):
        name = value.get("class_name")
        if name not in ("DTypePolicy", "Policy"):
            raise Refused(
                Reason.UNKNOWN_LAYER,
                f"The type policy {plain(str(name)[:100])} has no form in TFLite. Save the "
                "model before Keras quantises it.",
            )
        value = as_object(value.get("config"), "A type policy").get("name")
    if value is not None and value not in POLICIES | TYPES:
        raise Refused(Reason.UNKNOWN_LAYER, f"The type {plain(str(value)[:100])} is not on the list.")
    return value


def _build_config(node: Mapping[str, Json]) -> dict[str, Json]:
    """The shapes by which a layer made its weights."""
    value = node.get("build_config")
    return {} if not isinstance(value, dict) else {"build_config": clean_value(value, "build_config")}


def _calls(value: Json, depth: int = 0) -> Json:
    """Returns where a layer's inputs come from: tensors of other layers, by layer and number, and plain arguments."""
    if depth > DEPTH:
        raise Refused(Reason.TOO_LARGE, "A layer's inputs are nested too deeply.")
    if isinstance(value, list):
        return [_calls(one, depth + 1) for one in whole_parts(value)]
    if not isinstance(value, dict):
        return clean_value(value, "An argument of a call")
    if value.get("class_name") == "__keras_tensor__":
        fields = as_object(value.get("config"), "A tensor")
        clean = {key: clean_value(fields.get(key), key) for key in ("shape", "dtype", "keras_history")}
        return {"class_name": "__keras_tensor__", "config": clean}
    if "class_name" in value:
        return _call_value(value)
    return {as_text(key, "An argument of a call"): _calls(one, depth + 1) for key, one in value.items()}


def _call_value(value: Mapping[str, Json]) -> Json:
    """A constant, or a part of `x[1:, ...]`, in a call: anew, of plain numbers. Raises `Refused`."""
    name = str(value["class_name"])
    fields = as_object(value.get("config", {}), "An argument of a call")
    if name == "__slice__":
        parts = {key: fields.get(key) for key in ("start", "stop", "step")}
        if all(one is None or (isinstance(one, int) and abs(one) <= LARGEST) for one in parts.values()):
            return {"class_name": "__slice__", "config": parts}
        raise Refused(Reason.BROKEN, "A part of a tensor does not begin and end at whole numbers.")
    if name == "__ellipsis__":
        return {"class_name": "__ellipsis__", "config": {}}
    if name in ("__tensor__", "__numpy__"):
        kind = fields.get("dtype")
        if not isinstance(kind, str) or kind not in TYPES or not _is_of_numbers(fields.get("value")):
            raise Refused(Reason.BROKEN, "A constant in a call is not of numbers.")
        return {"class_name": name, "config": {"value": clean_value(fields["value"], "A constant"), "dtype": kind}}
    raise Refused(Reason.CUSTOM_OBJECT, f"A call has an object of the class {plain(name[:100])}.")


def _is_of_numbers(value: Json, depth: int = 0) -> bool:
    """Returns whether a value is a number, or lists of numbers."""
    if isinstance(value, list):
        return depth < DEPTH and all(_is_of_numbers(one, depth + 1) for one in value)
    return isinstance(value, bool | int | float)

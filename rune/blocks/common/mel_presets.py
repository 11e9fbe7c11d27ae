"""The mel bands of libraries: the presets of `log_mel`, `mfe` and `mfcc`, and what a stage asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from rune.blocks.refusals import only_input
from rune.blocks.signature import Argument, ArgumentKind, Arguments, BlockError, integer, real, text
from rune.tensor import ElementType, TensorType

_MOST_VALUES = 1 << 20
_LEAST_WIDTH = 0.01
"""Hertz of a band."""


class Scale(Enum):
    """The scale by which frequencies become mel, and where the triangles of the bands have their corners."""

    HTK = "htk"
    """2595 log10(1 + f/700); straight in mel."""
    SLANEY = "slaney"
    """Linear to 1 kHz, then logarithmic; straight in hertz, each of the same area."""
    ROWS = "rows"
    """HTK's mel, corners on rows of the spectrum."""
    HERTZ = "htk in hertz"
    """HTK's mel, straight in hertz."""
    SPEECHPY = "speechpy"
    """1127 ln(1 + f/700), corners on rows of the spectrum, and the last a little below where it is said to be."""
    WHOLE_ROWS = "htk above the lowest"
    """HTK's mel; the rows next to the lowest frequency count for nothing."""


class Beside(Enum):
    """The padding before and after the sound."""

    NOTHING = "nothing"
    """Frames start at the first sample; the last is filled with silence."""
    NOTHING_WHOLE = "nothing, whole frames"
    """Frames start at the first sample; what fills no frame at the end is left out."""
    SILENCE = "silence"
    """The middle of the first frame is the first sample."""
    MIRROR = "mirror"
    """The same, with the sound's mirror image."""


@dataclass(frozen=True)
class Preset:
    """Everything that decides what comes out. `high` of 0 is half of the rate; `top_db` of 0 keeps all."""

    name: str
    frame: int
    step: int
    size: int
    bands: int
    low: float
    high: float
    scale: Scale
    beside: Beside
    hann: bool
    of_ones: bool
    """Whether whole samples are taken as parts of 1, as libraries read sound files."""
    pre_emphasis: float = 0.0
    is_periodogram: bool = False
    """Whether the power is divided by the size of the transform."""
    decibels: bool = True
    least: float = 1e-10
    top_db: float = 80.0
    coefficients: int = 13
    orthonormal: bool = True
    lifter: int = 0
    has_energy: bool = False
    has_magnitudes: bool = False
    """Whether bands are of the roots of the power."""
    adds_least: bool = False
    """Whether `least` is added before the logarithm."""
    is_of_peak: bool = False
    """Whether the greatest sample of the sound is taken as 1."""
    replaces_small: bool = False
    """Whether `least` replaces all that is below it before a natural logarithm, and not only 0."""
    cuts_frames: bool = False
    """Whether a frame may be longer than the transform, which then sees its beginning."""
    is_turned: bool = False
    """Whether the sample before the first is the last one, for the pre-emphasis."""
    noise_floor: float = 0.0
    """Decibels that become 0 where 12 become 1, in steps of 1/256; 0 keeps the logarithms."""
    window: int = 0
    """Frames over which each coefficient is normalised; 0 for not at all."""


KERAS = Preset(
    "keras", 2048, 512, 2048, 128, 20.0, 0.0, Scale.HTK, Beside.MIRROR, hann=True, of_ones=True, orthonormal=False
)
LIBROSA = Preset(
    "librosa", 2048, 512, 2048, 128, 0.0, 0.0, Scale.SLANEY, Beside.SILENCE, hann=True, of_ones=True, coefficients=20
)
SPEECH = Preset(
    "python_speech_features",
    frame=400,
    step=160,
    size=512,
    bands=26,
    low=0.0,
    high=0.0,
    scale=Scale.ROWS,
    beside=Beside.NOTHING,
    hann=False,
    of_ones=False,
    pre_emphasis=0.97,
    is_periodogram=True,
    decibels=False,
    least=2.0**-52,
    top_db=0.0,
    lifter=22,
    has_energy=True,
)
MLPERF_TINY = Preset(
    "mlperf_tiny",
    frame=480,
    step=320,
    size=512,
    bands=40,
    low=20.0,
    high=4000.0,
    scale=Scale.HTK,
    beside=Beside.NOTHING_WHOLE,
    hann=True,
    of_ones=True,
    decibels=False,
    least=1e-6,
    top_db=0.0,
    coefficients=10,
    orthonormal=False,
    has_magnitudes=True,
    adds_least=True,
    is_of_peak=True,
)
TORCHAUDIO = Preset(
    "torchaudio", 400, 200, 400, 128, 0.0, 0.0, Scale.HERTZ, Beside.MIRROR, hann=True, of_ones=True, coefficients=40
)
SPEECH_COMMANDS = Preset(
    "speech_commands",
    frame=480,
    step=160,
    size=512,
    bands=40,
    low=20.0,
    high=4000.0,
    scale=Scale.WHOLE_ROWS,
    beside=Beside.NOTHING_WHOLE,
    hann=True,
    of_ones=True,
    decibels=False,
    least=1e-12,
    top_db=0.0,
    coefficients=40,
    orthonormal=False,
    has_magnitudes=True,
    replaces_small=True,
)
EDGE_IMPULSE_MFE = Preset(
    "edge_impulse_mfe",
    frame=320,
    step=160,
    size=256,
    bands=40,
    low=0.0,
    high=0.0,
    scale=Scale.SPEECHPY,
    beside=Beside.NOTHING_WHOLE,
    hann=False,
    of_ones=True,
    pre_emphasis=0.98,
    is_periodogram=True,
    top_db=0.0,
    cuts_frames=True,
    is_turned=True,
    noise_floor=-52.0,
)
EDGE_IMPULSE_MFCC = replace(
    EDGE_IMPULSE_MFE,
    name="edge_impulse_mfcc",
    step=320,
    bands=32,
    of_ones=False,
    decibels=False,
    has_energy=True,
    noise_floor=0.0,
    window=101,
)
_FOR_ALL = (KERAS, LIBROSA, SPEECH, MLPERF_TINY, TORCHAUDIO)
FOR_ALL_BLOCKS = tuple(preset.name for preset in _FOR_ALL)
"""The presets that each block of mel bands has. The others are of one block."""
PRESETS = {preset.name: preset for preset in (*_FOR_ALL, SPEECH_COMMANDS, EDGE_IMPULSE_MFE, EDGE_IMPULSE_MFCC)}

_OF_PRESET = "0 takes that of the preset."


def mel_arguments(presets: tuple[str, ...]) -> tuple[Argument, ...]:
    """The arguments that the blocks share. 0 stands for the preset's own value."""
    return (
        Argument("preset", ArgumentKind.TEXT, "Whose bands these are.", default=presets[0], choices=presets),
        Argument(
            "sample_rate",
            ArgumentKind.INTEGER,
            "Samples a second of the sound.",
            default=16_000,
            minimum=1_000,
            maximum=192_000,
            unit="hertz",
        ),
        _whole("frame", "How much sound a frame has.", 16_384, "samples"),
        _whole("step", "How far apart frames start.", 16_384, "samples"),
        _whole(
            "fft_size", "The size of the transform: a power of two, at least as long as a frame.", 16_384, "samples"
        ),
        _whole("bands", "How many mel bands there are.", 256, ""),
        _hertz("low", "Where the lowest band begins."),
        _hertz("high", "Where the highest band ends."),
    )


def _whole(name: str, help_: str, most: int, unit: str) -> Argument:
    return Argument(name, ArgumentKind.INTEGER, f"{help_} {_OF_PRESET}", default=0, minimum=0, maximum=most, unit=unit)


def _hertz(name: str, help_: str) -> Argument:
    return Argument(
        name, ArgumentKind.FLOAT, f"{help_} {_OF_PRESET}", default=0.0, minimum=0.0, maximum=96_000.0, unit="hertz"
    )


@dataclass(frozen=True)
class Bands:
    """The complete settings of a stage: the preset with its own values in place."""

    preset: Preset
    rate: int
    samples: int

    @property
    def high(self) -> float:
        return self.preset.high or self.rate / 2

    @property
    def start(self) -> int:
        """The first sample of the first frame."""
        return 0 if self.preset.beside in (Beside.NOTHING, Beside.NOTHING_WHOLE) else -(self.preset.size // 2)

    @property
    def frames(self) -> int:
        """How many frames the sound has, as the library counts them."""
        preset = self.preset
        if preset.beside is Beside.NOTHING:
            return 1 + max(-(-(self.samples - preset.frame) // preset.step), 0)
        if preset.beside is Beside.NOTHING_WHOLE:
            return 1 + (self.samples - preset.frame) // preset.step
        return 1 + self.samples // preset.step


def sound_input(block: str, inputs: tuple[TensorType, ...]) -> TensorType:
    """The one input: the samples of one channel. Raises `BlockError`."""
    sound = only_input(block, inputs, (ElementType.I16, ElementType.F32), "sound")
    if sound.count != max(sound.dimensions, default=1):
        raise BlockError(
            f"{block} takes the samples of one channel, such as i16[16000], and not {sound}", input_index=0
        )
    return sound


def bands_of(block: str, sound: TensorType, arguments: Arguments) -> Bands:
    """Returns the settings of the arguments. Raises `BlockError` for contradictions, also with the sound."""
    values = PRESETS[text(arguments, "preset")]
    rate = integer(arguments, "sample_rate")
    size = integer(arguments, "fft_size") or values.size
    preset = replace(
        values,
        # A frame is as long as the transform where both are so in the preset.
        frame=integer(arguments, "frame") or (size if values.frame == values.size else values.frame),
        step=integer(arguments, "step") or values.step,
        size=size,
        bands=integer(arguments, "bands") or values.bands,
        low=real(arguments, "low") or values.low,
        high=real(arguments, "high") or values.high,
    )
    bands = Bands(preset, rate, sound.count)
    if size < 16 or (size & (size - 1) and size != values.size):
        raise BlockError(f"{size} is not a power of two from 16 on", argument="fft_size")
    if preset.frame > size and not preset.cuts_frames:
        raise BlockError(f"a frame of {preset.frame} samples does not fit a transform of {size}", argument="frame")
    if bands.high > rate / 2:
        raise BlockError(f"sound of {rate} Hz has nothing above {rate / 2:g} Hz", argument="high")
    if preset.low >= bands.high:
        raise BlockError(f"the lowest band begins at {preset.low:g} Hz, where the highest has ended", argument="low")
    if bands.high - preset.low < preset.bands * _LEAST_WIDTH:
        raise BlockError(
            f"{preset.bands} bands do not fit between {preset.low:g} and {bands.high:g} Hz", argument="high"
        )
    if preset.beside is Beside.MIRROR and sound.count <= size // 2:
        raise BlockError(
            f"{sound} is too short: {block} mirrors {size // 2} samples at each end, so that it needs more than those",
            input_index=0,
        )
    if bands.frames < 1:
        raise BlockError(f"{sound} is shorter than one frame of {preset.frame} samples", input_index=0)
    if bands.frames * preset.bands > _MOST_VALUES:
        raise BlockError(
            f"{bands.frames} frames of {preset.bands} bands are more than {_MOST_VALUES} values; make step larger",
            argument="step",
        )
    return bands

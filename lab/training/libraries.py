"""The modules that a process of the TensorFlow environment loads while it waits for a step."""

from lab.formats.keras import converting as converting
from lab.training import step as step
from lab.training.loop import fitting as fitting

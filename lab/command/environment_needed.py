"""The error of a job's action where an environment is missing."""

from __future__ import annotations

from lab.environments.environment import Environment


class EnvironmentNeeded(Exception):
    """The environment of the file's format, or of training, is not prepared on this machine."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment.name)
        self.environment = environment

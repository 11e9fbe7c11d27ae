"""The app of agents: programs of assistants that work for people, over the Model Context Protocol."""

from importlib import import_module

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "forge.agents"
    label = "agents"

    def ready(self) -> None:
        import_module("forge.agents.registrations")

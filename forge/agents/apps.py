"""The app of agents: programs of assistants that work for people, over the Model Context Protocol."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "forge.agents"
    label = "agents"

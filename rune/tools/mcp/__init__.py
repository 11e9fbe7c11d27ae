"""Tools for assistants over the Model Context Protocol (https://modelcontextprotocol.io, version 2026-07-28): how one
is declared, and a server of the official library made of declarations. Needs the extra `agents`."""

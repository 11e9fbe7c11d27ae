"""The Git repository that a project follows: a linked branch, pulls, and the requests of its server."""

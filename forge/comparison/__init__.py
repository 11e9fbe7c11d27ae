"""The differences between two states of a project, as data and in sentences. Pure: no table and no request."""

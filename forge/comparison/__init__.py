"""What differs between two states of a project, as data and in sentences. Pure: it knows no table and no request."""

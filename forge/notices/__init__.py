"""Notices: what of the events of projects concerns a person, in their inbox and by email."""

"""Previews of change requests: the newest build of an open one, at an address for anybody who has a link."""

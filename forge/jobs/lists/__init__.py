"""The list of an organisation's jobs: its items, filters, page and socket."""

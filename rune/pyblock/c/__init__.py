"""A typed block as C."""

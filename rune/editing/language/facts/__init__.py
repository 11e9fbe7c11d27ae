"""The facts of a Runefile in an editor: its places, its stages, the meaning of its keys."""

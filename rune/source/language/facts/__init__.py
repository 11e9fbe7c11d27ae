"""What is known of a Runefile that is being edited: its places, its stages, the meaning of its keys."""

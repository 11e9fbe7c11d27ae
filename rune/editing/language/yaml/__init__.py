"""The text of a Runefile as YAML: its layout, parsing what is unfinished, and edits."""

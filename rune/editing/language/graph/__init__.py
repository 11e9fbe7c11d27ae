"""The graph as a page draws it, and changes of it that become edits of the text."""

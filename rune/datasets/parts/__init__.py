"""Parts of long recordings: where something happens, and a part as a recording of its own."""

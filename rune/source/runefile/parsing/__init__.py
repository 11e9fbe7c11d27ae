"""From plain values, or the old text form, to the syntax tree of a Runefile."""

"""Says which recordings are alike, which differ from others of their label, and which labels may be wrong.

`features` and `fingerprints` read a recording; the other modules compare what was read. Pure. Nothing here decodes a
picture outside of an isolated process.
"""

"""The C of what models compute: each folder is a kernel set. All sets use `rune.c_library`.

A kernel set has for each op that it knows a header `<op>.h` and beside it `<op>.py`, which packs the constants and
names the C (`PACKERS`). The files are found by being there; what a set lacks is taken from the set that it is based on.
"""

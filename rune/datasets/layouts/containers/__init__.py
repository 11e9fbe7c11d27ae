"""The containers of the files of a data set: archives, folders, and the JSON and CBOR that others wrote."""

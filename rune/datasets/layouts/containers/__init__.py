"""What the files of a data set come in: archives, folders, and the JSON and CBOR that others wrote."""

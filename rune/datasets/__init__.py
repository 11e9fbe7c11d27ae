"""Reading recordings and the data sets of other tools. Pure: bytes in, recordings with labels out."""

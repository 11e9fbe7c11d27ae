"""The file format: flatbuffers, the tables of the schema, and the numbers of operators."""

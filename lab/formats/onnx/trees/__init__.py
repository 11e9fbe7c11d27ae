"""Decision trees of ONNX as the file of the block `decision_trees`."""

"""ONNX models: read as data, translated to TFLite operator by operator, and compared with onnxruntime in a child."""

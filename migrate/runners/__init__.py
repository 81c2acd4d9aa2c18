"""Running a model that is not a twin: TFLite and ONNX without TensorFlow, and any model behind the judge's calls."""

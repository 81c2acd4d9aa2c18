"""Run a model that is not a twin: TFLite and ONNX without TensorFlow, and any model as a worker of the judge.

The twins' own classifiers are not here.
"""

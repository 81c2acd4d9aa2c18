"""Reading and rewriting GraphDefs.

The functions take a GraphDef message, parsed by any TensorFlow, and do not import TensorFlow.
"""

"""Reading and rewriting GraphDefs.

The functions take a GraphDef message, whichever TensorFlow parsed it, and import no TensorFlow themselves.
"""

"""Reading and rewriting GraphDefs.

Running a graph and porting it belong to other folders.

The functions take a GraphDef message, parsed by any TensorFlow, and do not import TensorFlow.
"""

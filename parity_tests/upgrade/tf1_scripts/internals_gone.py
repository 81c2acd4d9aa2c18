"""Private modules and names that are no longer there."""
import tensorflow as tf
import tensorflow.python.ops.gen_linalg_secret as secret
from tensorflow.python.framework import graph_util, tensor_shape
from tensorflow.python.summary import event_multiplexer
from tensorflow.python.ops.control_flow_ops import tuple as group_tuple
from tensorflow.core.framework import graph_pb2

shape = tensor_shape.scalar()
frozen = graph_util.convert_variables_to_constants(None, graph_pb2.GraphDef(), [])
print(tf.python.ops, tf.pywrap_tensorflow.NewCheckpointReader)

"""Imports of what was never public."""
import tensorflow
import tensorflow.python.platform
from tensorflow.python.client import device_lib
from tensorflow.python.framework import dtypes, ops
from tensorflow.python.framework.ops import Graph, GraphKeys
from tensorflow.python.layers import base
from tensorflow.python.ops import array_ops
from tensorflow.python.ops import rnn_cell_impl
from tensorflow.python.platform import flags, gfile
from tensorflow.python.training import moving_averages
from tensorflow.python.util import nest

FLAGS = flags.FLAGS
flags.DEFINE_string('name', 'world', 'Who is greeted.')


def main(_):
    with Graph().as_default() as graph:
        tensorflow.add_to_collection(GraphKeys.LOSSES, array_ops.zeros([2], dtype=dtypes.float32))
        print(ops.get_default_graph() is graph, nest.flatten([1, [2, 3]]), gfile.Exists('/'))
        print(len(device_lib.list_local_devices()) > 0, FLAGS.name)


if __name__ == '__main__':
    tensorflow.app.run()

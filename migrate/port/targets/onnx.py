"""The target `onnx`: one ONNX file, float32, with labels and metadata inside."""

import json
import warnings
from typing import Any, cast

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets.savedmodel import batch_size, metadata_of, picture_function
from poets.migrate.runners.onnx_runner import LABELS_KEY, METADATA_KEY, need
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file
from poets.migrate.task.quiet_import import quiet_import
from poets.migrate.tensorflow_library.version2 import tf

# The newest opset of the ONNX parser of TensorRT 8.2, which is in a Jetson TX2's last JetPack (4.6): "TensorRT 8.2
# supports operators up to Opset 13", docs/operators.md of onnx/onnx-tensorrt, branch 8.2-GA. tf2onnx stamps it as IR
# version 7.
OPSET = 13
INPUT, OUTPUT = "images", "probabilities"


def save(reading: Reading, path: str) -> None:
    """Write an ONNX model: `images` float32 [N, H, W, 3], RGB in 0..1 -> `probabilities` float32 [N, C], any N.

    A network of one channel takes gray [N, H, W, 1].

    Args:
        reading: Reading.
        path: str.

    Raises:
        BadInput: ONNX has no operator for a node.
        BrokenEnvironment: tf2onnx is not installed.
    """
    model = _convert(reading)
    metadata = metadata_of(reading)
    for key, value in ((LABELS_KEY, "\n".join(metadata.labels)), (METADATA_KEY, json.dumps(metadata._asdict()))):
        model.metadata_props.add(key=key, value=value)
    with whole_file(path) as made, open(made, "wb") as file:
        file.write(model.SerializeToString())


def _convert(reading: Reading) -> Any:
    """The checked ONNX ModelProto; tf2onnx keeps unknown ops and only logs them."""
    need("tf2onnx")
    problem, model = "", cast(Any, None)
    with quiet_import(), warnings.catch_warnings():  # tf2onnx logs to fd 2 what the checker also raises
        warnings.simplefilter("ignore")
        from onnx import checker
        from tf2onnx import convert

        function = _function(reading)
        try:
            model, _ = convert.from_function(function, input_signature=function.input_signature, opset=OPSET)
            checker.check_model(model)
        except Exception as error:  # tf2onnx raises whatever its handlers raise
            problem = str(error).strip().split("\n")[0] or type(error).__name__
    if problem:
        raise BadInput(f"--to onnx: {reading.path} cannot be converted: {problem}")
    for end in [] if reading.one_by_one else list(model.graph.input) + list(model.graph.output):
        end.type.tensor_type.shape.dim[0].dim_param = "N"  # tf2onnx numbers unnamed dimensions
    return model


def _function(reading: Reading) -> Any:
    given, answer = reading.roles.preprocessing, picture_function(reading)
    shape = [batch_size(reading), given.height, given.width, given.depth]

    @tf.function(
        input_signature=[tf.TensorSpec(shape, tf.float32, INPUT)],
        autograph=False,
    )
    def probabilities(pixels: Any) -> Any:
        return {OUTPUT: answer(pixels)}

    return probabilities

"""Label photos with a TFLite or ONNX model and no TensorFlow: ``poets label --graph MODEL.tflite --image PHOTO``."""

from typing import List
from typing import Optional

from migrate import console
from migrate.port.classifier_without_tf import LiteClassifier
from migrate.task.flags import Parser
from migrate.task.flags import add_label_flags


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="poets label", description="Label photos with a TFLite or ONNX model. It needs no TensorFlow.")
    add_label_flags(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: console.label(flags, LiteClassifier))

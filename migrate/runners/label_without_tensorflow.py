"""Label photos with a TFLite or ONNX model, without TensorFlow: ``poets label --graph MODEL.tflite --image PHOTO``."""

from typing import List, Optional

from poets.migrate import console
from poets.migrate.label.command import label
from poets.migrate.runners.portable_classifier import LiteClassifier
from poets.migrate.task.flags.retrain import Parser, add_label_flags


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command and return the exit code of the process."""
    parser = Parser(prog="poets label", description="Label photos with a TFLite or ONNX model. It needs no TensorFlow.")
    add_label_flags(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: label(flags, LiteClassifier))

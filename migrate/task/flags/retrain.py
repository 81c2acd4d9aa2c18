"""The flags of `retrain` and `label_image`: the codelab's names, defaults and meanings, plus a few new ones."""

import argparse
import sys
from typing import Any, Callable, List, Optional

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.fine_tuning import add_fine_tuning_flags
from poets.migrate.task.flags.preprocessing import NumbersParser, add_calibrate_flag, add_preprocessing_flags
from poets.migrate.task.networks.architectures import all_architectures
from poets.migrate.task.resources import DEVICES, Resources
from poets.migrate.task.training.settings import TrainingSettings


class _Formatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows a flag's default, unless it is empty."""

    def _get_help_string(self, action: argparse.Action) -> Optional[str]:
        return action.help if action.default in (None, "", False, []) else super()._get_help_string(action)


class Parser(NumbersParser):
    """argparse without abbreviated flags; usage errors exit with code 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", _Formatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> None:  # type: ignore[override]
        """Print the usage error on one line, and exit with code 2."""
        sys.stderr.write(f"{self.prog}: {message} ({self.prog} --help lists the flags)\n")
        sys.exit(2)


def add_output_flags(group: Any, json_words: str, verbose_words: str) -> None:
    """Add --json, -v and -q, which every command has; ``group`` is a parser or an argument group."""
    group.add_argument("--json", metavar="FILE", help=f"write {json_words} as JSON; - for standard output")
    group.add_argument("-v", "--verbose", action="store_true", help=verbose_words)
    group.add_argument("-q", "--quiet", action="store_true", help="show only warnings and errors")


def add_bad_image_flag(group: Any) -> None:
    """`--on_bad_image`, of every command that reads a folder of photos."""
    group.add_argument(
        "--on_bad_image",
        choices=("fail", "skip"),
        default="fail",
        help="what to do with unusable photos; each is reported either way",
    )


def add_allow_ops_flag(group: Any) -> None:
    """`--allow_ops`, of every command that runs a network from elsewhere."""
    group.add_argument(
        "--allow_ops",
        nargs="+",
        default=[],
        metavar="OP",
        help="ops to allow although they can act outside the network or TensorFlow does not know them",
    )


def add_data_flags(parser: argparse.ArgumentParser, image_dir_default: str = "") -> None:
    """Add the flags for photos and network, shared by `retrain` and `parity`."""
    group = parser.add_argument_group("photos and network")
    group.add_argument("--image_dir", default=image_dir_default, help="folder with one subfolder of photos per class")
    group.add_argument(
        "--architecture",
        default="inception_v3",
        help="pretrained network: inception_v3 or mobilenet_<width>_<size>[_quantized]",
    )
    group.add_argument(
        "--model_dir", default="/tmp/imagenet", help="folder of pretrained networks; missing ones are downloaded"
    )
    group.add_argument("--testing_percentage", type=int, default=10, help="percentage of photos for the test set")
    group.add_argument("--validation_percentage", type=int, default=10, help="percentage of photos for validation")
    add_bad_image_flag(group)


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the training loop, shared by `retrain` and `parity`."""
    group = parser.add_argument_group("training")
    group.add_argument("--how_many_training_steps", type=int, default=4000, help="training steps")
    group.add_argument("--learning_rate", type=float, default=0.01, help="learning rate of gradient descent")
    group.add_argument("--eval_step_interval", type=int, default=10, help="steps between evaluations")
    group.add_argument("--train_batch_size", type=int, default=100, help="photos per step; -1 for all")
    group.add_argument("--test_batch_size", type=int, default=-1, help="photos in the final evaluation; -1 for all")
    group.add_argument("--validation_batch_size", type=int, default=100, help="photos per evaluation; -1 for all")
    group.add_argument(
        "--random_seed",
        type=int,
        default=0,
        help="seed of the initial weights, batches and distortions (retrain.py was unseeded)",
    )


def add_memory_flags(group: Any) -> None:
    """Add `--gpu_memory_mb` and `--no_retry`, shared by `retrain` and `parity`."""
    group.add_argument(
        "--gpu_memory_mb",
        type=int,
        metavar="N",
        help="limit of GPU memory in MB; default: allocate as needed",
    )
    group.add_argument(
        "--no_retry",
        action="store_true",
        help="stop if memory runs out, instead of retrying with half as many photos at once",
    )


def add_retrain_flags(parser: argparse.ArgumentParser) -> None:
    """All flags of retrain.py."""
    add_data_flags(parser)
    add_training_flags(parser)
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--device", choices=DEVICES, default="auto", help="device to compute on; auto: TensorFlow's choice"
    )
    add_memory_flags(group)
    add_allow_ops_flag(group)
    group = parser.add_argument_group("outputs")
    group.add_argument("--output_graph", default="/tmp/output_graph.pb", help="path of the trained graph")
    group.add_argument(
        "--intermediate_output_graphs_dir",
        metavar="DIR",
        default="/tmp/intermediate_graph/",
        help="folder for intermediate graphs",
    )
    group.add_argument(
        "--intermediate_store_frequency",
        metavar="STEPS",
        type=int,
        default=0,
        help="steps between intermediate graphs; 0 for none",
    )
    group.add_argument(
        "--output_labels", default="/tmp/output_labels.txt", help="path of the labels file, one label per line"
    )
    group.add_argument("--summaries_dir", default="/tmp/retrain_logs", help="folder for TensorBoard's curves")
    group.add_argument(
        "--projector_photos",
        type=int,
        default=300,
        metavar="N",
        help="number of photos in TensorBoard's projector view of the bottlenecks; 0 for no view",
    )
    group.add_argument("--bottleneck_dir", default="/tmp/bottleneck", help="folder of the bottleneck cache")
    group.add_argument("--final_tensor_name", default="final_result", help="name of the output node")
    group.add_argument(
        "--print_misclassified_test_images", action="store_true", help="list the misclassified test photos"
    )
    add_output_flags(group, "the run's record", "show every evaluation")
    group = add_distortion_flags(parser, "distortions (bottlenecks are recomputed at every step)")
    group.add_argument(
        "--show_distortions", metavar="FILE", help="write a PNG of some photos before and after distortion, then train"
    )


def add_distortion_flags(parser: argparse.ArgumentParser, title: str) -> Any:
    """Add retrain.py's four distortions, shared by `retrain` and `parity`; returns their group."""
    group = parser.add_argument_group(title)
    group.add_argument("--flip_left_right", action="store_true", help="mirror a random half of the training photos")
    group.add_argument("--random_crop", type=int, default=0, help="margin for random cropping, in percent")
    group.add_argument("--random_scale", type=int, default=0, help="largest random enlargement, in percent")
    group.add_argument(
        "--random_brightness", type=int, default=0, help="largest random change of brightness, in percent"
    )
    return group


def check_outputs(flags: argparse.Namespace) -> None:
    """Raise BadInput before any work if an output of `retrain`, except `--output_graph`, could not be written."""
    check_writable(flags.output_labels, "--output_labels")
    check_writable(flags.summaries_dir, "--summaries_dir", is_folder=True)
    check_writable(flags.bottleneck_dir, "--bottleneck_dir", is_folder=True)
    if flags.intermediate_store_frequency > 0:
        check_writable(flags.intermediate_output_graphs_dir, "--intermediate_output_graphs_dir", is_folder=True)
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")


def add_resize_flag(parser: argparse.ArgumentParser) -> None:
    """Add the choice of resize, which TensorFlow 2 changed; only modern has it, as legacy has one resize."""
    parser.add_argument(
        "--resize",
        choices=("tf1", "tf2"),
        default="tf1",
        help="tf1: as resize_bilinear did (parity); tf2: half-pixel centres, as tf.image.resize does",
    )


def resources_of(flags: argparse.Namespace, warn: Callable[[str], None]) -> Resources:
    """The resources that the flags of `retrain` allow."""
    return Resources(flags.device, flags.gpu_memory_mb, not flags.no_retry, warn)


def training_settings_of(flags: argparse.Namespace) -> TrainingSettings:
    """The training settings from the flags of the same names."""
    return TrainingSettings(**{name: getattr(flags, name) for name in TrainingSettings._fields})


def add_label_flags(parser: argparse.ArgumentParser) -> None:
    """Add all flags of label_image.py; values not given are read from the graph."""
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="photos, or folders of photos")
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        help="a photo, or a folder of photos; may be repeated",
    )
    parser.add_argument("--graph", required=True, help="the trained graph")
    parser.add_argument("--labels", help="the labels file, one label per line")
    parser.add_argument("--input_height", type=int, help="pixels; default: from the graph")
    parser.add_argument("--input_width", type=int, help="pixels; default: from the graph")
    add_preprocessing_flags(parser)
    add_calibrate_flag(parser)
    parser.add_argument("--input_layer", help="name of the input node; default: from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: from the graph")
    add_allow_ops_flag(parser)
    parser.add_argument("--top_k", type=int, default=5, help="labels shown per photo")
    add_bad_image_flag(parser)
    parser.add_argument("--csv", metavar="FILE", help="write the answers as CSV; - for standard output")
    add_output_flags(parser, "the answers", "show what was read from the graph")


def label_parser(twin: str) -> argparse.ArgumentParser:
    """The flags of a twin's `label_image`: `legacy` or `modern`."""
    parser = Parser(
        prog="poets label",
        description="Label photos with a frozen graph, which runs in a Session, or with a SavedModel or a .keras file.",
    )
    add_label_flags(parser)
    return parser


def label_targets(flags: argparse.Namespace) -> List[str]:
    """The photos and folders to label, from `--image` and the plain arguments.

    Raises:
        BadInput: none were given, or ``--top_k`` is below 1.
    """
    targets = list(flags.image) + list(flags.images)
    if not targets:
        raise BadInput("no photo given; name one or more with --image FILE")
    if flags.top_k < 1:
        raise BadInput(f"--top_k: {int(flags.top_k)} is below 1")
    return targets


def parse_retrain(twin: str, argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Parse the flags of `retrain` for ``twin``: `legacy` or `modern`."""
    parser = Parser(
        prog=f"poets retrain {twin}",
        epilog=f"{len(all_architectures())} architectures are known.",
        description="Retrain the last layer of a pretrained network on your own photos.",
    )
    add_retrain_flags(parser)
    add_fine_tuning_flags(parser)
    if twin == "modern":
        add_resize_flag(parser)
        parser.add_argument(
            "--tfhub_module",
            metavar="HANDLE",
            help="TensorFlow Hub feature vector instead of --architecture: address, folder or archive",
        )
    return parser.parse_args(argv)

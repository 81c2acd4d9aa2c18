"""Label photos with a frozen graph: ``python -m legacy label_image --graph GRAPH --labels LABELS --image PHOTO``."""

import argparse
import time
from typing import List
from typing import Optional
from typing import Sequence
from typing import Tuple

import numpy as np

from legacy import images
from legacy.backbone import session_config
from legacy.tensorflow_v1 import tf
from migrate import console
from migrate.graphs.read import read_graph
from migrate.graphs.rewrite import any_batch
from migrate.graphs.rewrite import takes_batches
from migrate.graphs.roles import find_roles
from migrate.task import labelling
from migrate.task.flags import Parser
from migrate.task.flags import add_label_flags
from migrate.task.flags import label_targets
from migrate.task.photos import BadPhoto


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="legacy label_image", description="Label photos with a frozen graph, in a Session.")
    add_label_flags(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: label_image(flags))


def label_image(flags: argparse.Namespace) -> int:
    """Label, as the flags say.

    Raises:
        PoetsError: anything that stops it.
    """
    graph_def = read_graph(flags.graph, tf.GraphDef())
    roles = find_roles(graph_def, flags.input_layer, flags.output_layer)
    given = labelling.preprocessing_of(flags, roles.input_size, roles.input_mean, roles.input_std,
                                       roles.normalization_from)
    labels = labelling.read_labels(flags.labels or labelling.labels_beside(flags.graph), roles.classes)
    photos = labelling.find_photos(label_targets(flags), flags.on_bad_image, console.warn)
    if flags.verbose:
        console.say("input %s %dx%d, mean %g, std %g (%s); output %s, %d classes" % (
            roles.input_layer, given.height, given.width, given.mean, given.std, given.source, roles.output_layer,
            len(labels)))
    batches = takes_batches(graph_def, roles.input_layer, roles.output_layer)
    with tf.Graph().as_default():
        # study: everything is added to the graph once, before the first photo. label_image.py added decoding ops
        # for every photo, so a loop over a folder slowed down as it went.
        entry, output = tf.import_graph_def(
            any_batch(graph_def, roles.input_layer) if batches else graph_def,
            return_elements=[roles.input_layer + ":0", roles.output_layer + ":0"])
        encoded = tf.placeholder(tf.string, [])
        normalized = {kind: _normalized(encoded, kind, given) for kind in images.KINDS}
        with tf.Session(config=session_config()) as session:

            def answer(batch: Sequence[Tuple[str, str]]) -> np.ndarray:
                pixels = []
                for path, kind in batch:
                    with open(path, "rb") as file:
                        data = file.read()
                    try:
                        pixels.append(session.run(normalized[kind], {encoded: data}))
                    except tf.errors.InvalidArgumentError as error:
                        raise BadPhoto("%s: its pixels cannot be decoded (%s); replace or delete it"
                                       % (path, error.message.split("\n")[0][:120]))
                groups = [pixels] if batches else [[one] for one in pixels]
                try:
                    rows = [session.run(output, {entry: np.stack(group)}) for group in groups]
                except (ValueError, tf.errors.InvalidArgumentError) as error:
                    raise labelling.refused_pixels(flags.graph, given, error)
                return np.concatenate([np.reshape(row, (-1, row.shape[-1])) for row in rows])

            started = time.time()
            with console.progress("labelling", len(photos), flags.quiet) as advance:
                answers = labelling.label_photos(photos, answer, labels, flags.top_k, flags.on_bad_image,
                                                 console.warn, advance)
    if flags.verbose:
        console.say("%d photos in %.3f s" % (len(answers), time.time() - started))
    console.write_answers(flags, answers, {
        "graph": flags.graph, "input_layer": roles.input_layer, "output_layer": roles.output_layer,
        "preprocessing": given._asdict()})
    return 0


def _normalized(encoded: tf.Tensor, kind: str, given: labelling.Preprocessing) -> tf.Tensor:
    batch = tf.expand_dims(tf.cast(images.decode(encoded, kind), tf.float32), 0)
    resized = tf.image.resize_bilinear(batch, tf.stack([given.height, given.width]))
    return tf.divide(tf.subtract(tf.squeeze(resized, [0]), [given.mean]), [given.std])  # label_image.py's spelling

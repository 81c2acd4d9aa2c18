"""The whole task as a command: photos in, a SavedModel out. ``python -m poets.modern retrain --image_dir DIR``."""

import argparse
import os
import time
from typing import Any, Callable, Iterator, List, Optional, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import write_text
from poets.migrate.task.flags.fine_tuning import fine_tuning_of
from poets.migrate.task.flags.retrain import check_outputs, distortions_of, parse_retrain, resources_of
from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos import bottleneck_cache
from poets.migrate.task.photos.distortions import NONE, check_distortions, draw_distortions
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import Survey, formats_used, refuse_or_name, skip, survey
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import run_record
from poets.migrate.task.training.schedule import Schedule, evaluation_steps, schedule_of_flags
from poets.migrate.tensorflow_library.version2 import KERAS_VERSION, tf
from poets.migrate.visuals.distortion_sheet import check_sheet, write_sheet
from poets.migrate.visuals.projector import write_projector
from poets.modern import backbone, bottlenecks
from poets.modern.device import choose_device
from poets.modern.evaluate import evaluate_at_once, evaluator
from poets.modern.export import check_output_paths, export, export_saved_model, output_paths
from poets.modern.fine_tune import fine_tune_and_test, thaw
from poets.modern.head import Head, Look, build_head
from poets.modern.summaries import open_writer, write_curves, write_graph
from poets.modern.train import Batch, cached_batches, generated_batches, train


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    flags = parse_retrain("modern", argv)
    return console.run_command(lambda: retrain(flags))


def retrain(flags: argparse.Namespace) -> int:
    """Retrain, as the flags say.

    Raises:
        PoetsError: anything that stops it; nothing is then half-written.
    """
    started = time.time()
    say = console.nothing if flags.quiet else console.say
    architecture = None if flags.tfhub_module else find_architecture(flags.architecture)
    check_distortions(distortions_of(flags))
    settings = fine_tuning_of(flags)
    if flags.show_distortions:
        check_sheet(flags.show_distortions, distortions_of(flags))
    resources = resources_of(flags, console.warn)
    check_outputs(flags)
    paths = output_paths(flags.output_graph)
    check_output_paths(paths)
    known = survey(
        flags.image_dir, flags.testing_percentage, flags.validation_percentage, flags.on_bad_image, console.warn
    )
    network = None
    if architecture is not None:
        with console.download_progress(architecture.name, flags.quiet) as downloaded:
            network = find_network(architecture, flags.model_dir, downloaded)
    choose_device(resources)
    pretrained = backbone.load(network, architecture, flags.tfhub_module)
    if settings is not None and settings.layers != 0 and not pretrained.layer.can_train():
        raise BadInput(
            f"--fine_tune: the module {flags.tfhub_module} has no weights that train, as those in TF1's format; "
            "--fine_tune_layers 0 trains the final layer alone"
        )
    known, features, computed = cache_bottlenecks(pretrained, known, flags, resources)
    say(
        f"{len(known.lists.photos)} photos ({formats_used(known)}) of {len(known.lists.labels)} classes; "
        f"{computed} bottlenecks computed, {len(features) - computed} found"
    )
    seconds = {"bottlenecks": time.time() - started}
    if flags.show_distortions:
        show_distortions(pretrained, known, flags)
    schedule = schedule_of_flags(flags, known.lists, features.shape[1])
    head = build_head(schedule.weights, schedule.biases)
    outcome = train_and_test(pretrained, head, known, features, schedule, flags, resources)
    seconds["training"] = time.time() - started - seconds["bottlenecks"]
    export(pretrained, head, known.lists.labels, flags.final_tensor_name, flags.resize, paths)
    write_text(flags.output_labels, "\n".join(known.lists.labels) + "\n")
    tuned = None
    if settings is not None:
        thawed = thaw(pretrained, network, architecture, settings)
        tuned = fine_tune_and_test(pretrained, head, thawed, known, features, settings, flags, resources)
        if not tuned.collapse:
            export(pretrained, head, known.lists.labels, flags.final_tensor_name, flags.resize, paths)
        seconds["fine-tuning"] = time.time() - started - sum(seconds.values())
    seconds["all"] = time.time() - started
    say(
        "SavedModel: %s%s\nlabels: %s"
        % (paths.saved_model, "\nKeras: " + paths.keras if paths.keras else "", flags.output_labels)
    )
    if flags.json:
        console.write_json(
            flags.json,
            run_record.of_retraining(
                "modern",
                flags,
                known,
                computed,
                outcome,
                seconds,
                {"tensorflow": tf.__version__, "keras": KERAS_VERSION},
                {
                    "graph": paths.saved_model,
                    "keras": paths.keras,
                    "labels": flags.output_labels,
                    "summaries": flags.summaries_dir,
                },
                resources,
                tuned,
            ),
        )
    return 0


def cache_bottlenecks(
    pretrained: backbone.Backbone,
    known: Survey,
    flags: argparse.Namespace,
    resources: Resources,
) -> Tuple[Survey, np.ndarray, int]:
    """The bottlenecks of all photos: (the survey less photos that do not decode, float32 [N, B], count computed)."""
    preprocessing_text = f"{pretrained.input_size} {pretrained.input_mean!r} {pretrained.input_std!r} {flags.resize}"
    width = pretrained.layer.compute_output_shape((None, pretrained.input_size, pretrained.input_size, 3))[1]
    while True:
        paths = [photo.path for photo in known.lists.photos]
        keys = bottleneck_cache.keys_of(
            known.digests, pretrained.identity, preprocessing_text, "modern " + tf.__version__
        )
        old = {}
        if not flags.tfhub_module and flags.resize == "tf1":
            old = bottleneck_cache.old_bottlenecks(
                flags.bottleneck_dir, flags.image_dir, paths, flags.architecture, width, console.warn
            )

        def compute(chunks: List[List[int]]) -> Iterator[np.ndarray]:
            chosen = [paths[index] for indices in chunks for index in indices]
            return bottlenecks.compute_of_photos(pretrained, chosen, flags.resize, resources)

        try:
            with bottleneck_cache.BottleneckCache(flags.bottleneck_dir) as kept:
                with console.progress("bottlenecks", len(paths), flags.quiet) as advance:
                    features, computed = bottleneck_cache.fill(keys, kept, compute, bottlenecks.CHUNK, old, advance)
            return known, features, computed
        except BadPhoto:
            bad = bottlenecks.undecodable(paths)
            refuse_or_name(bad, flags.on_bad_image, console.warn)
            known = skip(known, bad)


def train_and_test(
    pretrained: backbone.Backbone,
    head: Any,
    known: Survey,
    features: np.ndarray,
    schedule: Schedule,
    flags: argparse.Namespace,
    resources: Resources,
) -> run_record.Outcome:
    """Train the final layer by the schedule, writing curves on the way, and test it once."""
    say = console.nothing if flags.quiet else console.say
    labels = np.array([photo.label for photo in known.lists.photos])
    one_hot = np.eye(len(known.lists.labels), dtype=np.float32)
    evaluate = evaluator(head)
    writers = [open_writer(flags.summaries_dir, part) for part in ("train", "validation")]
    write_graph(writers[0], pretrained.layer, head, pretrained.input_size)
    write_projector(os.path.join(flags.summaries_dir, "train"), known.lists, features, flags.projector_photos)
    look, points = watcher(head, evaluate, writers, features, labels, schedule)
    steps = len(schedule.train)
    said = done = 0

    def on_step(step: int) -> None:
        nonlocal done, said
        advance(step + 1 - done)
        done = step + 1
        if flags.verbose:
            seen = points()
            for point in seen[said:]:
                say(run_record.point_line(point, schedule.validation.shape[1]))
            said = len(seen)
        if every > 0 and step > 0 and step % every == 0:
            export_saved_model(
                pretrained,
                head,
                known.lists.labels,
                flags.final_tensor_name,
                flags.resize,
                os.path.join(flags.intermediate_output_graphs_dir, f"intermediate_{step}"),
            )

    every = flags.intermediate_store_frequency
    if distortions_of(flags) == NONE:
        batches = cached_batches(features, labels, len(known.lists.labels), schedule.train)
    else:
        batches = generated_batches(
            lambda: distorted_batches(pretrained, known, schedule, flags, resources),
            steps,
            features.shape[1],
            len(known.lists.labels),
        )
    with console.progress("training", steps, flags.quiet) as advance:
        trained = train(head, batches, schedule, resources, look, on_step, max(every, 0))
    for writer in writers:
        writer.close()
    outcome = run_record.Outcome(points(), [float(loss) for loss in trained.losses[-1:]], None, 0, [])
    if not schedule.test.size:
        return outcome
    seen = evaluate_at_once(head, evaluate, features[schedule.test], one_hot[labels[schedule.test]], resources)
    outcome = outcome._replace(
        test_accuracy=float(seen.accuracy),
        test_photos=len(schedule.test),
        misclassified=run_record.misclassified(known.lists, schedule.test, seen.prediction.numpy()),
    )
    run_record.say_outcome(outcome, flags.print_misclassified_test_images, say)
    return outcome


def watcher(
    head: Head,
    evaluate: Any,
    writers: List[Any],
    features: np.ndarray,
    labels: np.ndarray,
    schedule: Schedule,
) -> Tuple[Look, Callable[[], List[run_record.Point]]]:
    """What looks at the training from inside it, and what tells afterwards what was seen.

    Both batches of an evaluation, the step's own and one of validation photos, are evaluated and their curves
    written without a way back to Python.
    """
    steps = evaluation_steps(len(schedule.train), schedule.eval_step_interval)
    seen = tf.Variable(tf.zeros([len(steps), 3]), trainable=False)  # cross entropy, accuracy, validation accuracy
    count = tf.Variable(0, trainable=False, dtype=tf.int64)
    validated = schedule.validation.shape[1] > 0
    with tf.device("CPU"):
        table, one_hot = tf.constant(features), tf.one_hot(labels, head.outputs[0].shape[-1])
        rows = tf.constant(schedule.validation)

    def look(step: Any, bottlenecks: Any, truth: Any) -> None:
        place = -(-step // schedule.eval_step_interval)  # rounded up: the last may come early
        trained = evaluate(bottlenecks, truth)
        write_curves(writers[0], step, head, trained)
        accuracy = tf.constant(0.0)
        if validated:
            row = rows[place]
            validation = evaluate(tf.gather(table, row), tf.gather(one_hot, row))
            write_curves(writers[1], step, head, validation)
            accuracy = validation.accuracy
        seen.scatter_nd_update([[place]], [tf.stack([trained.cross_entropy, trained.accuracy, accuracy])])
        count.assign(place + 1)

    def points() -> List[run_record.Point]:
        return [
            run_record.Point(step, float(row[0]), float(row[1]), float(row[2]) if validated else None)
            for step, row in zip(steps[: int(count.numpy())], seen.numpy())
        ]

    return look, points


def show_distortions(pretrained: backbone.Backbone, known: Survey, flags: argparse.Namespace) -> None:
    """Write the sheet of distorted photos."""

    def pixels(index: int, draw: np.ndarray) -> np.ndarray:
        normalized = bottlenecks.read_distorted(
            known.lists.photos[index].path, draw.astype(np.float32), pretrained, flags.resize
        )
        return normalized.numpy() * pretrained.input_std + pretrained.input_mean

    write_sheet(
        flags.show_distortions, known.lists, distortions_of(flags), pretrained.input_size, flags.random_seed, pixels
    )


def distorted_batches(
    pretrained: backbone.Backbone,
    known: Survey,
    schedule: Schedule,
    flags: argparse.Namespace,
    resources: Resources,
) -> Iterator[Batch]:
    """The schedule's training batches, every photo distorted anew."""
    draws = draw_distortions(
        distortions_of(flags),
        schedule.train.shape[0],
        schedule.train.shape[1],
        pretrained.input_size,
        flags.random_seed,
    )
    one_hot = np.eye(len(known.lists.labels), dtype=np.float32)
    for row, row_draws in zip(schedule.train, draws):
        paths = [known.lists.photos[index].path for index in row]
        features = bottlenecks.compute_distorted(pretrained, paths, row_draws, flags.resize, resources)
        yield features, one_hot[[known.lists.photos[index].label for index in row]]

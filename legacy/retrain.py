"""The whole task as a command: photos in, a frozen graph out. ``python -m poets.legacy retrain --image_dir DIR``."""

import argparse
import os
import time
from typing import Any, Iterator, List, Optional, Tuple

import numpy as np

from poets.legacy import backbone, bottlenecks
from poets.legacy.device import open_session
from poets.legacy.evaluate import add_evaluation, evaluate
from poets.legacy.export import export
from poets.legacy.fine_tune import fine_tune_and_test
from poets.legacy.head import Head, add_head
from poets.legacy.summaries import open_writer
from poets.legacy.train import Batch, Trained, cached_batches, train
from poets.migrate import console
from poets.migrate.task.files import check_writable, write_text
from poets.migrate.task.flags.fine_tuning import fine_tuning_of
from poets.migrate.task.flags.retrain import check_outputs, distortions_of, parse_retrain, resources_of
from poets.migrate.task.networks.architectures import Architecture, find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos import bottleneck_cache
from poets.migrate.task.photos.distortions import NONE, check_distortions, draw_distortions
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import Survey, formats_used, refuse_or_name, skip, survey
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import run_record
from poets.migrate.task.training.schedule import Schedule, evaluation_steps, schedule_of_flags
from poets.migrate.tensorflow_library.version1 import tf
from poets.migrate.visuals.distortion_sheet import check_sheet, write_sheet
from poets.migrate.visuals.projector import write_projector


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    flags = parse_retrain("legacy", argv)
    return console.run_command(lambda: retrain(flags))


def retrain(flags: argparse.Namespace) -> int:
    """Retrain, as the flags say.

    Raises:
        PoetsError: anything that stops it; nothing is then half-written.
    """
    started = time.time()
    say = console.nothing if flags.quiet else console.say
    architecture = find_architecture(flags.architecture)
    check_distortions(distortions_of(flags))
    settings = fine_tuning_of(flags)
    if flags.show_distortions:
        check_sheet(flags.show_distortions, distortions_of(flags))
    resources = resources_of(flags, console.warn)
    check_outputs(flags)
    check_writable(flags.output_graph, "--output_graph")
    known = survey(
        flags.image_dir, flags.testing_percentage, flags.validation_percentage, flags.on_bad_image, console.warn
    )
    with console.download_progress(architecture.name, flags.quiet) as downloaded:
        network = find_network(architecture, flags.model_dir, downloaded)
    with tf.Graph().as_default():
        pretrained = backbone.load_network(network, architecture)
        preprocessing = bottlenecks.add_preprocessing(architecture, architecture.input_size)
        with open_session(resources) as session:
            known, features, computed = cache_bottlenecks(
                session, pretrained, preprocessing, known, flags, architecture, network, resources
            )
            say(
                f"{len(known.lists.photos)} photos ({formats_used(known)}) of {len(known.lists.labels)} classes; "
                f"{computed} bottlenecks computed, {len(features) - computed} found"
            )
            seconds = {"bottlenecks": time.time() - started}
            if flags.show_distortions:
                show_distortions(session, preprocessing, known, flags, architecture)
            schedule = schedule_of_flags(flags, known.lists, features.shape[1])
            head = add_head(
                pretrained.bottleneck,
                schedule.weights,
                schedule.biases,
                schedule.learning_rate,
                flags.final_tensor_name,
            )
            outcome, trained = train_and_test(
                session, pretrained, preprocessing, head, known, features, schedule, flags, architecture, resources
            )
            seconds["training"] = time.time() - started - seconds["bottlenecks"]
            export(session, flags.final_tensor_name, flags.output_graph)
    write_text(flags.output_labels, "\n".join(known.lists.labels) + "\n")
    tuned = None
    if settings is not None:
        tuned = fine_tune_and_test(network, architecture, known, features, trained, settings, flags, resources)
        seconds["fine-tuning"] = time.time() - started - sum(seconds.values())
    seconds["all"] = time.time() - started
    say(f"graph: {flags.output_graph}\nlabels: {flags.output_labels}")
    if flags.json:
        console.write_json(
            flags.json,
            run_record.of_retraining(
                "legacy",
                flags,
                known,
                computed,
                outcome,
                seconds,
                {"tensorflow": tf.__version__},
                {"graph": flags.output_graph, "labels": flags.output_labels, "summaries": flags.summaries_dir},
                resources,
                tuned,
            ),
        )
    return 0


def cache_bottlenecks(
    session: Any,
    pretrained: backbone.Backbone,
    preprocessing: bottlenecks.Preprocessing,
    known: Survey,
    flags: argparse.Namespace,
    architecture: Architecture,
    network: str,
    resources: Resources,
) -> Tuple[Survey, np.ndarray, int]:
    """The bottlenecks of all photos: (the survey less photos that do not decode, float32 [N, B], count computed)."""
    preprocessing_text = f"{architecture.input_size} {architecture.input_mean!r} {architecture.input_std!r} tf1"
    network_sha256 = bottleneck_cache.sha256_of_file(network)
    while True:
        photos = list(zip([photo.path for photo in known.lists.photos], known.kinds))
        keys = bottleneck_cache.keys_of(known.digests, network_sha256, preprocessing_text, "legacy " + tf.__version__)
        old = bottleneck_cache.old_bottlenecks(
            flags.bottleneck_dir,
            flags.image_dir,
            [path for path, _ in photos],
            flags.architecture,
            int(pretrained.bottleneck.shape[-1]),
            console.warn,
        )

        def compute(chunks: List[List[int]]) -> Iterator[np.ndarray]:
            for indices in chunks:
                chosen = [photos[index] for index in indices]
                yield bottlenecks.compute_of_photos(session, pretrained, preprocessing, chosen, resources)

        try:
            with bottleneck_cache.BottleneckCache(flags.bottleneck_dir) as kept:
                with console.progress("bottlenecks", len(photos), flags.quiet) as advance:
                    features, computed = bottleneck_cache.fill(keys, kept, compute, bottlenecks.CHUNK, old, advance)
            return known, features, computed
        except BadPhoto:
            bad = bottlenecks.undecodable(session, preprocessing, photos)
            refuse_or_name(bad, flags.on_bad_image, console.warn)
            known = skip(known, bad)


def train_and_test(
    session: Any,
    pretrained: backbone.Backbone,
    preprocessing: bottlenecks.Preprocessing,
    head: Head,
    known: Survey,
    features: np.ndarray,
    schedule: Schedule,
    flags: argparse.Namespace,
    architecture: Architecture,
    resources: Resources,
) -> Tuple[run_record.Outcome, Trained]:
    """Train the final layer by the schedule, writing curves on the way, and test it once."""
    say = console.nothing if flags.quiet else console.say
    labels = np.array([photo.label for photo in known.lists.photos])
    classes = len(known.lists.labels)
    evaluation = add_evaluation(head)
    merged = tf.summary.merge_all()
    train_writer = open_writer(flags.summaries_dir, "train", session.graph)
    validation_writer = open_writer(flags.summaries_dir, "validation")
    write_projector(os.path.join(flags.summaries_dir, "train"), known.lists, features, flags.projector_photos)
    session.run(tf.global_variables_initializer())
    validation = dict(zip(evaluation_steps(len(schedule.train), schedule.eval_step_interval), schedule.validation))
    curve = []

    def on_evaluation(step: int, loss: float, batch: Batch) -> None:
        summary, accuracy, loss = evaluate(
            session, head, [merged, evaluation.accuracy, head.cross_entropy], batch, resources
        )
        train_writer.add_summary(summary, step)
        point = run_record.Point(step, float(loss), float(accuracy), None)
        if validation[step].size:
            batch = next(cached_batches(features, labels, classes, validation[step][np.newaxis]))
            summary, accuracy = evaluate(session, head, [merged, evaluation.accuracy], batch, resources)
            validation_writer.add_summary(summary, step)
            point = point._replace(validation_accuracy=float(accuracy))
        curve.append(point)
        if flags.verbose:
            say(run_record.point_line(point, len(validation[step])))

    def on_step(step: int) -> None:
        advance(1)
        every = flags.intermediate_store_frequency
        if every > 0 and step > 0 and step % every == 0:
            export(
                session,
                flags.final_tensor_name,
                os.path.join(flags.intermediate_output_graphs_dir, f"intermediate_{step}.pb"),
            )

    if distortions_of(flags) == NONE:
        batches = cached_batches(features, labels, classes, schedule.train)
    else:
        batches = distorted_batches(session, pretrained, preprocessing, known, schedule, flags, architecture, resources)
    with console.progress("training", len(schedule.train), flags.quiet) as advance:
        trained = train(session, head, batches, schedule, resources, on_evaluation, on_step)
    train_writer.close()
    validation_writer.close()
    outcome = run_record.Outcome(curve, [float(loss) for loss in trained.losses[-1:]], None, 0, [])
    if not schedule.test.size:
        return outcome, trained
    batch = next(cached_batches(features, labels, classes, schedule.test[np.newaxis]))
    accuracy, prediction = evaluate(session, head, [evaluation.accuracy, evaluation.prediction], batch, resources)
    outcome = outcome._replace(
        test_accuracy=float(accuracy),
        test_photos=len(schedule.test),
        misclassified=run_record.misclassified(known.lists, schedule.test, prediction),
    )
    run_record.say_outcome(outcome, flags.print_misclassified_test_images, say)
    return outcome, trained


def show_distortions(
    session: Any,
    preprocessing: bottlenecks.Preprocessing,
    known: Survey,
    flags: argparse.Namespace,
    architecture: Architecture,
) -> None:
    """Write the sheet of distorted photos."""

    def pixels(index: int, draw: np.ndarray) -> np.ndarray:
        normalized = bottlenecks.read_distorted(
            session, preprocessing, known.lists.photos[index].path, known.kinds[index], draw
        )
        return normalized * architecture.input_std + architecture.input_mean

    write_sheet(
        flags.show_distortions, known.lists, distortions_of(flags), architecture.input_size, flags.random_seed, pixels
    )


def distorted_batches(
    session: Any,
    pretrained: backbone.Backbone,
    preprocessing: bottlenecks.Preprocessing,
    known: Survey,
    schedule: Schedule,
    flags: argparse.Namespace,
    architecture: Architecture,
    resources: Resources,
) -> Iterator[Batch]:
    """The schedule's training batches, every photo distorted anew."""
    draws = draw_distortions(
        distortions_of(flags),
        schedule.train.shape[0],
        schedule.train.shape[1],
        architecture.input_size,
        flags.random_seed,
    )
    one_hot = np.eye(len(known.lists.labels), dtype=np.float32)
    for row, row_draws in zip(schedule.train, draws):
        photos = [(known.lists.photos[index].path, known.kinds[index]) for index in row]
        features = bottlenecks.compute_distorted(session, pretrained, preprocessing, photos, row_draws, resources)
        yield features, one_hot[[known.lists.photos[index].label for index in row]]

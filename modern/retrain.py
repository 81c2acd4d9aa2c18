"""The whole task, from photos to a SavedModel: ``python -m poets.modern retrain --image_dir DIR``."""

import math
import os
from typing import Callable, Dict, Iterator, List, Optional

import numpy as np

from poets.migrate.retraining import command
from poets.migrate.retraining.run import Output, Run, refuse_untrainable
from poets.migrate.task.training.schedule import Schedule, is_evaluation
from poets.migrate.task.training.trained import Batch, Trained
from poets.migrate.tensorflow_library.keras_device import choose_device
from poets.migrate.tensorflow_library.keras_in_parts import train_in_parts
from poets.migrate.tensorflow_library.keras_outputs import check_output_paths, output_paths
from poets.migrate.tensorflow_library.signatures import ModelMetadata
from poets.migrate.tensorflow_library.types import Model
from poets.migrate.tensorflow_library.version2 import KERAS_VERSION, tf
from poets.modern.backbone import Backbone, load
from poets.modern.bottlenecks import compute_distorted, network_of, read_distorted
from poets.modern.evaluate import Evaluation, evaluate
from poets.modern.export import export, export_saved_model, metadata_of
from poets.modern.fine_tune import fine_tune_and_test, thaw
from poets.modern.head import build_head
from poets.modern.summaries import curves, open_writer, write_graph
from poets.modern.train import LONGEST_EXECUTION, cached_batches, generated_batches, train


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    versions = {"tensorflow": tf.__version__, "keras": KERAS_VERSION}
    return command.main(command.RetrainTwin("modern", retrain, outputs_of, versions), argv)


def outputs_of(output_graph: str) -> List[Output]:
    """What `retrain` writes. Raises BadInput if a path is not writable."""
    paths = output_paths(output_graph)
    check_output_paths(paths)
    keras_file = [Output("keras", "Keras", paths.keras)] if paths.keras else []
    return [Output("graph", "SavedModel", paths.saved_model)] + keras_file


def retrain(run: Run) -> None:
    """The recipe: load the network, compute the bottlenecks, train a new final layer, test it, save the model.

    study: no graph and no Session to open. The network and the final layer are objects that hold their weights, and
    each step of the recipe is a function that takes them as arguments.
    """
    choose_device(run.resources)
    pretrained = load(run.network, run.architecture, run.hub_module, run.allow_ops)
    if run.fine_tuning is not None and run.fine_tuning.layers != 0 and not pretrained.layer.can_train():
        raise refuse_untrainable(run.hub_module)
    run.cache_bottlenecks(network_of(pretrained, run))
    if run.shows_distortions:
        show_distortions(pretrained, run)
    schedule = run.schedule()
    head = build_head(schedule.weights, schedule.biases)
    metadata = metadata_of(pretrained, run.labels, run.final_name, run.resize)
    train_and_watch(pretrained, head, metadata, schedule, run)
    test(head, schedule, run)
    run.mark("training")
    paths = output_paths(run.output_graph)
    export(pretrained, head, metadata, paths)
    run.write_labels()
    if run.fine_tuning is not None:
        thawed = thaw(pretrained, run.network, run.architecture, run.fine_tuning)
        run.tuned = fine_tune_and_test(pretrained, head, thawed, run)
        if not run.tuned.collapse:
            export(pretrained, head, metadata, paths)
        run.mark("fine-tuning")


def train_and_watch(
    pretrained: Backbone, head: Model, metadata: ModelMetadata, schedule: Schedule, run: Run
) -> Trained:
    """Train the final layer, and write training and validation curves on the way."""
    train_writer = open_writer(run.summaries_dir, "train")
    validation_writer = open_writer(run.summaries_dir, "validation")
    write_graph(train_writer, pretrained.layer, head, pretrained.input_size)
    run.write_projector()
    validation = run.validation_photos(schedule)
    train_curves, validation_curves = curves(train_writer, head), curves(validation_writer, head)
    steps, interval = len(schedule.train), schedule.eval_step_interval
    distorted: Dict[int, Batch] = {}  # step -> its batch, kept until it is evaluated
    done = 0

    def on_step(step: int) -> None:
        nonlocal done
        advance(step + 1 - done)
        done = step + 1
        if is_evaluation(step, steps, interval):
            on_evaluation(step)
        if run.stored_at(step):
            export_saved_model(pretrained, head, metadata, run.stored_at(step))

    def watched(write_curves: Callable[..., Evaluation], step: int, batch: Batch) -> Evaluation:
        return run.resources.attempt("evaluation", len(batch[0]), lambda size: write_curves(step, *batch, size))

    def on_evaluation(step: int) -> None:
        batch = distorted.pop(step) if run.is_distorted() else run.batch(schedule.train[step])
        seen = watched(train_curves, step, batch)
        photos, accuracy = validation[step], None
        if len(photos):
            accuracy = float(watched(validation_curves, step, run.batch(photos)).accuracy)
        run.note(step, float(seen.cross_entropy), float(seen.accuracy), accuracy, len(photos))

    if run.is_distorted():
        generate = lambda: distorted_batches(pretrained, schedule, distorted, run)  # noqa: E731
        batches = generated_batches(generate, steps, schedule.weights.shape)
    else:
        batches = cached_batches(run.features, run.targets, len(run.labels), schedule.train)
    stop_every = min(LONGEST_EXECUTION, math.gcd(interval, run.store_every))
    with run.progress("training", steps) as advance:
        trained = train_in_parts(train, head, batches, schedule, run.resources, on_step, stop_every=stop_every)
    train_writer.close()
    validation_writer.close()
    return trained


def test(head: Model, schedule: Schedule, run: Run) -> None:
    """Measure the accuracy on the test photos."""
    if schedule.test.size:
        bottlenecks, one_hot = run.batch(schedule.test)
        logits = run.resources.map("evaluation", bottlenecks, lambda some: head(some).numpy())
        seen = evaluate(logits, one_hot)
        run.note_test(schedule, float(seen.accuracy), seen.prediction.numpy())


def distorted_batches(pretrained: Backbone, schedule: Schedule, kept: Dict[int, Batch], run: Run) -> Iterator[Batch]:
    """The schedule's training batches, each photo distorted anew; batches to evaluate are stored in ``kept``."""
    paths = [path for path, _ in run.photos]
    steps = len(schedule.train)
    for step, (row, draws) in enumerate(zip(schedule.train, run.draws(schedule, pretrained.input_size))):
        chosen = [paths[index] for index in row]
        batch = compute_distorted(pretrained, chosen, draws, run.resize, run.resources), run.one_hot[row]
        if is_evaluation(step, steps, schedule.eval_step_interval):
            kept[step] = batch
        yield batch


def show_distortions(pretrained: Backbone, run: Run) -> None:
    """Write the sheet of distorted photos."""
    paths = [path for path, _ in run.photos]

    def pixels(index: int, draw: np.ndarray) -> np.ndarray:
        normalized = read_distorted(os.fsencode(paths[index]), draw.astype(np.float32), pretrained, run.resize)
        return normalized.numpy() * pretrained.input_std + pretrained.input_mean

    run.write_distortions(pretrained.input_size, pixels)

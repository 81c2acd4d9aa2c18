"""The whole task, from photos to a frozen graph: ``python -m poets.legacy retrain --image_dir DIR``."""

from typing import Iterator, List, Optional

import numpy as np

from poets.legacy.backbone import Backbone, load_network
from poets.legacy.bottlenecks import Preprocessing, add_preprocessing, compute_distorted, network_of, read_distorted
from poets.legacy.evaluate import Evaluation, add_evaluation
from poets.legacy.export import export
from poets.legacy.fine_tune import fine_tune_and_test
from poets.legacy.head import Head, add_head
from poets.legacy.summaries import open_writer
from poets.legacy.train import cached_batches, train
from poets.migrate.retraining import command
from poets.migrate.retraining.run import Output, Run
from poets.migrate.task.files import check_writable
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Batch, Trained
from poets.migrate.tensorflow_library.session_resources import evaluate, open_session, step_in_parts
from poets.migrate.tensorflow_library.types import Session
from poets.migrate.tensorflow_library.version1 import tf


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    return command.main(command.RetrainTwin("legacy", retrain, outputs_of, {"tensorflow": tf.__version__}), argv)


def outputs_of(output_graph: str) -> List[Output]:
    """What `retrain` writes. Raises BadInput if the path is not writable."""
    check_writable(output_graph, "--output_graph")
    return [Output("graph", "graph", output_graph)]


def retrain(run: Run) -> None:
    """The recipe: load the network, compute the bottlenecks, train a new final layer, test it, freeze the graph.

    study: one graph holds all ops, and one Session holds all values. The graph is complete before training begins;
    after that, the Session runs parts of it again and again.
    """
    with tf.Graph().as_default():
        pretrained = load_network(run.network, run.architecture, run.allow_ops)
        preprocessing = add_preprocessing(run.architecture, run.architecture.input_size)
        with open_session(run.resources) as session:
            run.cache_bottlenecks(network_of(session, pretrained, preprocessing, run))
            if run.shows_distortions:
                show_distortions(session, preprocessing, run)
            schedule = run.schedule()
            head = add_head(
                pretrained.bottleneck, schedule.weights, schedule.biases, schedule.learning_rate, run.final_name
            )
            evaluation = add_evaluation(head)
            session.run(tf.global_variables_initializer())
            trained = train_and_watch(session, pretrained, preprocessing, head, evaluation, schedule, run)
            test(session, head, evaluation, schedule, run)
            run.mark("training")
            export(session, run.final_name, run.output_graph)
    run.write_labels()
    if run.fine_tuning is not None:
        run.tuned = fine_tune_and_test(trained, run)
        run.mark("fine-tuning")


def train_and_watch(
    session: Session,
    pretrained: Backbone,
    preprocessing: Preprocessing,
    head: Head,
    evaluation: Evaluation,
    schedule: Schedule,
    run: Run,
) -> Trained:
    """Train the final layer, and write training and validation curves on the way."""
    merged = tf.summary.merge_all()
    train_writer = open_writer(run.summaries_dir, "train", session.graph)
    validation_writer = open_writer(run.summaries_dir, "validation")
    run.write_projector()
    validation = run.validation_photos(schedule)
    fetches = [merged, evaluation.accuracy, head.cross_entropy]

    def on_evaluation(step: int, batch: Batch) -> None:
        summary, accuracy, cross_entropy = evaluate(session, head, fetches, batch, run.resources)
        train_writer.add_summary(summary, step)
        photos, validation_accuracy = validation[step], None
        if len(photos):
            summary, validation_accuracy, _ = evaluate(session, head, fetches, run.batch(photos), run.resources)
            validation_writer.add_summary(summary, step)
            validation_accuracy = float(validation_accuracy)
        run.note(step, float(cross_entropy), float(accuracy), validation_accuracy, len(photos))

    def on_step(step: int) -> None:
        advance(1)
        if run.stored_at(step):
            export(session, run.final_name, run.stored_at(step) + ".pb")

    if run.is_distorted():
        batches = distorted_batches(session, pretrained, preprocessing, schedule, run)
    else:
        batches = cached_batches(run.features, run.targets, len(run.labels), schedule.train)
    with run.progress("training", len(schedule.train)) as advance:
        trained = train(session, head, batches, schedule, on_evaluation, on_step, step_in_parts(run.resources))
    train_writer.close()
    validation_writer.close()
    return trained


def test(session: Session, head: Head, evaluation: Evaluation, schedule: Schedule, run: Run) -> None:
    """Measure the accuracy on the test photos."""
    if schedule.test.size:
        fetches = [evaluation.accuracy, evaluation.prediction]
        accuracy, prediction = evaluate(session, head, fetches, run.batch(schedule.test), run.resources)
        run.note_test(schedule, float(accuracy), prediction)


def distorted_batches(
    session: Session, pretrained: Backbone, preprocessing: Preprocessing, schedule: Schedule, run: Run
) -> Iterator[Batch]:
    """The schedule's training batches; each photo is distorted anew each time."""
    photos = run.photos
    for row, draws in zip(schedule.train, run.draws(schedule, run.architecture.input_size)):
        chosen = [photos[index] for index in row]
        yield compute_distorted(session, pretrained, preprocessing, chosen, draws, run.resources), run.one_hot[row]


def show_distortions(session: Session, preprocessing: Preprocessing, run: Run) -> None:
    """Write the sheet of distorted photos."""
    photos, architecture = run.photos, run.architecture

    def pixels(index: int, draw: np.ndarray) -> np.ndarray:
        normalized = read_distorted(session, preprocessing, photos[index], draw)
        return normalized * architecture.input_std + architecture.input_mean

    run.write_distortions(architecture.input_size, pixels)

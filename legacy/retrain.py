"""The whole task, from photos to a frozen graph: ``python -m poets.legacy retrain --image_dir DIR``."""

from functools import partial
from typing import List, Optional, Tuple

from poets.legacy.backbone import load_network
from poets.legacy.bottlenecks import add_preprocessing, network_of
from poets.legacy.evaluate import Evaluation, add_evaluation
from poets.legacy.export import export
from poets.legacy.fine_tune import fine_tune_and_test
from poets.legacy.head import Head, add_head
from poets.legacy.train import cached_batches, train
from poets.migrate.retraining import command
from poets.migrate.retraining.run import Run
from poets.migrate.retraining.watch import Watch
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Batch, Trained
from poets.migrate.tensorflow_library.session_resources import evaluate, open_session, step_in_parts
from poets.migrate.tensorflow_library.types import Session, Writer
from poets.migrate.tensorflow_library.version1 import tf


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    versions = {"tensorflow": tf.__version__}
    return command.main(command.RetrainTwin("legacy", retrain, command.frozen_graph, versions), argv)


def retrain(run: Run) -> None:
    """The recipe: load the network, compute the bottlenecks, train a new final layer, test it, freeze the graph.

    study: one graph holds all ops, and one Session holds all values. The graph is complete before training begins;
    after that, the Session runs parts of it again and again.
    """
    with tf.Graph().as_default():
        pretrained = load_network(run.network, run.architecture, run.allow_ops)
        preprocessing = add_preprocessing(run.architecture, run.architecture.input_size)
        with open_session(run.resources) as session:
            run.prepare_photos(network_of(session, pretrained, preprocessing, run))
            schedule = run.schedule()
            head = add_head(
                pretrained.bottleneck, schedule.weights, schedule.biases, schedule.learning_rate, run.final_name
            )
            evaluation = add_evaluation(head)
            session.run(tf.global_variables_initializer())
            trained = train_and_watch(session, head, evaluation, schedule, run)
            test(session, head, evaluation, schedule, run)
            run.mark("training")
            export(session, run.final_name, run.output_graph)
    run.write_labels()
    if run.fine_tuning is not None:
        fine_tune_and_test(trained, run)


def train_and_watch(session: Session, head: Head, evaluation: Evaluation, schedule: Schedule, run: Run) -> Trained:
    """Train the final layer, and write training and validation curves on the way.

    study: the program owns the loop, so it evaluates and stores by calling functions after a step.
    """
    train_writer = tf.summary.FileWriter(run.event_folder("train"), session.graph)
    validation_writer = tf.summary.FileWriter(run.event_folder("validation"))
    fetches = [tf.summary.merge_all(), head.cross_entropy, evaluation.accuracy]

    def curves(writer: Writer, step: int, batch: Batch) -> Tuple[float, float]:
        summary, cross_entropy, accuracy = evaluate(session, head, fetches, batch, run.resources)
        writer.add_summary(summary, step)
        return float(cross_entropy), float(accuracy)

    def store(path: str) -> None:
        export(session, run.final_name, path + ".pb")

    watch = Watch(run, schedule, partial(curves, train_writer), partial(curves, validation_writer), store)
    if run.is_distorted():
        batches = watch.distorted_batches()
    else:
        batches = cached_batches(run.features, run.targets, len(run.labels), schedule.train)
    with watch.progress():
        trained = train(session, head, batches, len(schedule.train), watch.on_step, step_in_parts(run.resources))
    train_writer.close()
    validation_writer.close()
    return trained


def test(session: Session, head: Head, evaluation: Evaluation, schedule: Schedule, run: Run) -> None:
    """Measure the accuracy on the test photos."""
    if schedule.test.size:
        fetches = [evaluation.accuracy, evaluation.prediction]
        accuracy, prediction = evaluate(session, head, fetches, run.batch(schedule.test), run.resources)
        run.note_test(schedule, float(accuracy), prediction)

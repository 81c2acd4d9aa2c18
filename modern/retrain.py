"""The whole task, from photos to a SavedModel: ``python -m poets.modern retrain --image_dir DIR``."""

from typing import List, Optional

from poets.migrate.retraining import command
from poets.migrate.retraining.run import Run
from poets.migrate.retraining.watch import Watch
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.tensorflow_library.keras_device import choose_device
from poets.migrate.tensorflow_library.keras_in_parts import train_in_parts
from poets.migrate.tensorflow_library.keras_outputs import saved_model_and_keras
from poets.migrate.tensorflow_library.signatures import ModelMetadata
from poets.migrate.tensorflow_library.types import Model
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern.backbone import Backbone, load
from poets.modern.bottlenecks import network_of
from poets.modern.evaluate import evaluate
from poets.modern.export import export, export_saved_model, metadata_of
from poets.modern.fine_tune import fine_tune_and_test
from poets.modern.head import build_head
from poets.modern.summaries import curves
from poets.modern.train import cached_batches, train


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    return command.main(command.RetrainTwin("modern", retrain, saved_model_and_keras, versions), argv)


def retrain(run: Run) -> None:
    """The recipe: load the network, compute the bottlenecks, train a new final layer, test it, save the model.

    study: no graph and no Session to open. The network and the final layer are objects that hold their weights, and
    each step of the recipe is a function that takes them as arguments.
    """
    choose_device(run.resources)
    pretrained = load(run.network, run.architecture, run.hub_module, run.allow_ops)
    run.prepare_photos(network_of(pretrained, run))
    schedule = run.schedule()
    head = build_head(schedule.weights, schedule.biases)
    metadata = metadata_of(pretrained, run.labels, run.final_name, run.resize)
    train_and_watch(pretrained, head, metadata, schedule, run)
    test(head, schedule, run)
    run.mark("training")
    export(pretrained, head, metadata, run.output_graph)
    run.write_labels()
    if run.fine_tuning is not None:
        fine_tune_and_test(pretrained, head, metadata, run)


def train_and_watch(pretrained: Backbone, head: Model, metadata: ModelMetadata, schedule: Schedule, run: Run) -> None:
    """Train the final layer, and write training and validation curves on the way."""
    train_writer = tf.summary.create_file_writer(run.event_folder("train"))
    validation_writer = tf.summary.create_file_writer(run.event_folder("validation"))
    # study: a TF1 program has a graph, which is passed to the writer. In TF2 tracing creates one for this purpose.
    pixels = tf.TensorSpec([None, pretrained.input_size, pretrained.input_size, 3], tf.float32, "input")
    network = tf.function(lambda images: head(pretrained.layer(images)), input_signature=[pixels])
    with train_writer.as_default(0):
        tf.summary.graph(network.get_concrete_function().graph)

    def store(path: str) -> None:
        export_saved_model(pretrained, head, metadata, path)

    train_curves = curves(train_writer, head, run.resources)
    validation_curves = curves(validation_writer, head, run.resources)
    watch = Watch(run, schedule, train_curves, validation_curves, store)
    if run.is_distorted():
        # study: a Python generator becomes a tf.data.Dataset, which `fit` takes; TF1's loop takes the generator itself.
        shapes = tuple(tf.TensorSpec([None, side], tf.float32) for side in schedule.weights.shape)
        batches = tf.data.Dataset.from_generator(watch.distorted_batches, output_signature=shapes)
        batches = batches.apply(tf.data.experimental.assert_cardinality(len(schedule.train)))
    else:
        batches = cached_batches(run.features, run.targets, len(run.labels), schedule.train)
    with watch.progress():
        train_in_parts(train, head, batches, schedule, run.resources, watch.on_step, stop_every=watch.stop_every)
    train_writer.close()
    validation_writer.close()


def test(head: Model, schedule: Schedule, run: Run) -> None:
    """Measure the accuracy on the test photos."""
    if schedule.test.size:
        bottlenecks, one_hot = run.batch(schedule.test)
        logits = run.resources.map("evaluation", bottlenecks, lambda some: head(some).numpy())
        seen = evaluate(logits, one_hot)
        run.note_test(schedule, float(seen.accuracy), seen.prediction.numpy())

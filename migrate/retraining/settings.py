"""What a run of `retrain` is asked to do. The names are those of the flags."""

from typing import NamedTuple, Sequence

from poets.migrate.task.resources import Resources
from poets.migrate.task.training.settings import TrainingSettings


class RetrainSettings(NamedTuple):
    image_dir: str
    architecture: str
    model_dir: str
    tfhub_module: str
    """A Hub module instead of the architecture; empty for none. Legacy has none."""
    allow_ops: Sequence[str]
    """Ops of the network that may run although they can act outside it."""
    resize: str
    """`tf1` or `tf2`; legacy has `tf1` only."""
    training: TrainingSettings
    resources: Resources
    bottleneck_dir: str
    final_tensor_name: str
    output_graph: str
    output_labels: str
    intermediate_output_graphs_dir: str
    intermediate_store_frequency: int
    """Steps between intermediate networks; 0 for none."""
    summaries_dir: str
    projector_photos: int
    """How many photos TensorBoard's projector shows."""
    show_distortions: str
    """Path of a sheet of distorted photos; empty for none."""
    print_misclassified_test_images: bool
    verbose: bool
    quiet: bool

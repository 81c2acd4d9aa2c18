"""What a run of `retrain` is asked to do. The names are those of the flags."""

from typing import NamedTuple, Sequence

from poets.migrate.task.resources import Resources
from poets.migrate.task.training.settings import TrainingSettings


class RetrainSettings(NamedTuple):
    image_dir: str
    """Folder with one folder of photos per class."""
    architecture: str
    model_dir: str
    """Folder of the downloaded networks."""
    tfhub_module: str
    """A Hub module instead of the architecture; empty for none. Legacy has none."""
    allow_ops: Sequence[str]
    """Ops of the network that may run although they can act outside it."""
    resize: str
    """`tf1` or `tf2`; legacy has `tf1` only."""
    training: TrainingSettings
    resources: Resources
    """Device and memory limit, and what happens if memory runs out."""
    bottleneck_dir: str
    """Folder of the cache of features."""
    final_tensor_name: str
    """Name of the tensor of the probabilities in the trained network."""
    output_graph: str
    """Path of the trained network."""
    output_labels: str
    """Path of the labels file."""
    intermediate_output_graphs_dir: str
    """Folder of the intermediate networks."""
    intermediate_store_frequency: int
    """Steps between intermediate networks; 0 for none."""
    summaries_dir: str
    """Folder of TensorBoard's curves."""
    projector_photos: int
    """How many photos TensorBoard's projector shows."""
    show_distortions: str
    """Path of a sheet of distorted photos; empty for none."""
    print_misclassified_test_images: bool
    """List the misclassified test photos at the end."""
    verbose: bool
    quiet: bool
    """Show only warnings and errors."""

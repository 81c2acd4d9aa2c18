"""`HubLayer`: a TensorFlow Hub module as a Keras layer, under Keras 2 and Keras 3.

TensorFlow Hub's own `hub.KerasLayer` is a tf_keras layer, which Keras 3 refuses (tensorflow/hub issue 903).
"""

import contextlib
import hashlib
import os
import shutil
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from poets.migrate.gate.saved_models import refuse_saved_model
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.networks.archives import BadArchive, unpack_tgz
from poets.migrate.task.photos.bottleneck_cache import sha256_of_file
from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf

ASSET = "module"
_allowed_while_loading: List[str] = []


@contextlib.contextmanager
def allowed_ops(ops: Sequence[str]) -> Iterator[None]:
    """Let the modules of `.keras` files that are loaded meanwhile run ``ops`` although they could act outside."""
    before = list(_allowed_while_loading)
    _allowed_while_loading[:] = ops
    try:
        yield
    finally:
        _allowed_while_loading[:] = before


@keras.utils.register_keras_serializable(package="poets")
class HubLayer(keras.layers.Layer):
    """A layer that runs a reusable SavedModel: images in, features out.

    The module's variables are the layer's own and train if ``trainable``; its regularization losses are added, and
    ``training`` is passed on if the module accepts it. A `.keras` file contains the module.

    Args:
        handle: str, a handle that `tensorflow_hub` resolves: an address, a folder, an archive. None only while
            loading a `.keras` file.
        width: int, number of features. Defaults to the module's.
        input_mean: float, and
        input_std: float, the normalisation of pixels 0..255 before the layer, stored for whoever loads the
            `.keras` file. Defaults to TensorFlow Hub's image convention, pixels in 0..1.
        allow_ops: ops of the module that may run although they could act outside it. Defaults to none.

    Input shape: float32 [N, S, S, 3]. Output shape: float32 [N, B].
    """

    def __init__(
        self,
        handle: Optional[str] = None,
        width: Optional[int] = None,
        trainable: bool = False,
        input_mean: float = 0.0,
        input_std: float = 255.0,
        allow_ops: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, **kwargs)
        self.handle = handle
        self.width = width
        self.input_mean, self.input_std = input_mean, input_std
        self._module: Any = None
        if handle is not None:
            self._take(load_module(handle, allow_ops))

    def _take(self, module: Any) -> None:
        self._module = module
        self._function = _callable_of(module, self.handle)
        self._takes_training = _takes_training(self._function)
        trainable = {id(variable) for variable in getattr(module, "trainable_variables", ())}
        for number, variable in enumerate(getattr(module, "variables", ())):
            self._adopt(variable, id(variable) in trainable, number)

    @property
    def side(self) -> Optional[int]:
        """Pixels per side, if the module takes one size only; None if it takes several sizes or any."""
        functions = getattr(getattr(self._function, "__call__", None), "concrete_functions", None) or [
            getattr(self._module, "signatures", {}).get("default")
        ]
        specs = [
            spec
            for function in functions
            if function is not None
            for spec in tf.nest.flatten(function.structured_input_signature)
        ]
        sides = {spec.shape[1] for spec in specs if getattr(spec, "shape", None) is not None and spec.shape.rank == 4}
        return sides.pop() if len(sides) == 1 else None

    @property
    def input_size(self) -> int:
        """Pixels, from the module's own signature; 224 if it takes any size."""
        functions = getattr(getattr(self._module, "__call__", None), "concrete_functions", None) or []
        signatures = list(getattr(self._module, "signatures", {}).values())
        for function in list(functions) + signatures:
            for spec in tf.nest.flatten(function.structured_input_signature):
                rank = getattr(getattr(spec, "shape", None), "rank", None)
                if rank == 4 and spec.shape[1]:
                    return int(spec.shape[1])
        return 224

    def named_weights(self) -> Dict[str, Any]:
        """The trainable weights by their names in the module; none if the layer is frozen."""
        trains = {id(variable) for variable in getattr(self._module, "trainable_variables", ())}
        names: List[str] = []
        for variable in getattr(self._module, "variables", ()):
            if id(variable) in trains:
                name = variable.name.split(":")[0]  # "Variable" for all unnamed ones
                names.append(name if name not in names else f"{name}_{len(names)}")
        return dict(zip(names, self.trainable_weights))

    def weight_layers(self) -> List[List[str]]:
        """The names of `named_weights`, one list per layer of the module: a new one begins with each kernel."""
        layers: List[List[str]] = []
        for name, variable in self.named_weights().items():
            if len(variable.shape) >= 2 or not layers:
                layers.append([])
            layers[-1].append(name)
        return layers

    def can_train(self) -> bool:
        """Whether the module has trainable weights; TF2 cannot access those of a module in TF1's format."""
        return bool(len(getattr(self._module, "trainable_variables", ())))

    def _adopt(self, variable: Any, trains: bool, number: int) -> None:
        if KERAS_3:
            # study: Keras 3 has its own Variable; given a tf.Variable as initializer, it wraps that same variable.
            self._track_variable(keras.Variable(initializer=variable, trainable=trains, name=f"v{number}"))
        elif trains:
            self._trainable_weights.append(variable)
        else:
            self._non_trainable_weights.append(variable)

    def call(self, inputs: Any, training: Optional[bool] = None) -> Any:
        """float32 [N, S, S, 3] -> float32 [N, B]."""
        # study: TF1 chose a module's graph for training by a tag, when it was added. Here it is an argument.
        if self._takes_training:
            features = self._function(inputs, training=bool(training) and self.trainable)
        else:
            features = self._function(inputs)
        for loss in getattr(self._module, "regularization_losses", ()) if self.trainable else ():
            self.add_loss(loss())
        return features

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(N, S, S, 3) -> (N, B)."""
        if self.width is None:
            probe = tf.zeros([1] + [int(side) for side in input_shape[1:]])
            self.width = int(self._function(probe).shape[-1])
        return (input_shape[0], self.width)

    def compute_output_spec(self, inputs: Any, training: Optional[bool] = None) -> Any:
        """Keras 3: the output's shape without running the module, which may not be loaded yet."""
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype="float32")

    def get_config(self) -> Dict[str, Any]:
        """The arguments of `from_config`; the handle only if no `.keras` file contains the module."""
        return dict(
            super().get_config(),
            width=self.width,
            trainable=self.trainable,
            input_mean=self.input_mean,
            input_std=self.input_std,
        )

    def save_assets(self, folder: str) -> None:
        """Keras 3: store the module's current state in the `.keras` file."""
        target = os.path.join(folder, ASSET)
        if not self.trainable and self.handle and os.path.isdir(self.handle):
            shutil.copytree(self.handle, target)  # unchanged since it was loaded
        else:
            tf.saved_model.save(self._module, target)

    def load_assets(self, folder: str) -> None:
        """Keras 3: load the module from the `.keras` file.

        Raises:
            BadInput: it could act outside itself by ops that `allowed_ops` does not name; then nothing of it has run.
        """
        refuse_saved_model(os.path.join(folder, ASSET), _allowed_while_loading)
        self._tracker.unlock()  # Keras forbids new variables in a built layer; these come from the file
        self._take(tf.saved_model.load(os.path.join(folder, ASSET)))
        self._tracker.lock()

    def save_own_variables(self, store: Any) -> None:
        """Keras 3: the variables are saved with the module, not beside it."""

    def load_own_variables(self, store: Any) -> None:
        """Keras 3: the variables are loaded with the module."""


def load_module(handle: str, allow_ops: Sequence[str] = ()) -> Any:
    """Load a Hub module by address, folder or archive.

    Raises:
        BadInput: there is no SavedModel at the handle, or it could act outside itself by ops that are not in
            ``allow_ops``; then nothing of it has run.
        BrokenEnvironment: tensorflow_hub cannot be imported, or the address cannot be reached.
    """
    path = local_path(handle)
    if "://" not in path:
        folder = _local_folder(path)
    else:
        folder = _resolve(handle)
    if not os.path.exists(os.path.join(folder, "saved_model.pb")):
        raise BadInput(f"--tfhub_module: no saved_model.pb in the folder {folder}")
    refuse_saved_model(folder, allow_ops, "--tfhub_module")
    return tf.saved_model.load(folder)


def local_path(handle: str) -> str:
    """The path of a ``file://`` address; any other handle unchanged."""
    return handle[len("file://") :] if handle.startswith("file://") else handle


def identity_of(handle: str) -> str:
    """The module's identity for the bottleneck cache: for a local module the SHA-256 of its files, which may change."""
    path = local_path(handle)
    if not os.path.isdir(path):
        return sha256_of_file(path) if os.path.exists(path) else handle
    names = sorted(os.path.join(folder, name) for folder, _, found in os.walk(path) for name in found)
    return hashlib.sha256("".join(sha256_of_file(name) for name in names).encode("ascii")).hexdigest()


def _local_folder(path: str) -> str:
    """A folder unchanged; an archive unpacked in the user's cache, as tensorflow_hub unpacks only its own downloads."""
    if os.path.isdir(path):
        return path
    if not os.path.exists(path):
        raise BadInput(f"--tfhub_module: no module at '{path}'; give an address, a folder or a .tar.gz archive")
    folder = os.path.join(cache_dir(), "modules", sha256_of_file(path)[:32])
    if not os.path.exists(os.path.join(folder, "saved_model.pb")):
        os.makedirs(folder, exist_ok=True)
        try:
            unpack_tgz(path, folder, "saved_model.pb")
        except BadArchive as error:
            raise BadInput(f"--tfhub_module: {error}; download it again")
    return folder


def _resolve(handle: str) -> str:
    try:
        import tensorflow_hub
    except ImportError as error:
        raise BrokenEnvironment(
            f"tensorflow_hub cannot be imported ({error}); install tensorflow-hub and setuptools<82"
        )
    try:
        return tensorflow_hub.resolve(handle)
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise BrokenEnvironment(
            f"--tfhub_module: cannot fetch {handle} ({reason}); download it by hand and give its folder"
        )


def _callable_of(module: Any, handle: Optional[str]) -> Callable:
    if callable(module):
        return module
    signatures = getattr(module, "signatures", {})  # TF1-format modules have no __call__
    if "default" in signatures:
        return lambda images: signatures["default"](images)["default"]
    raise BadInput(
        f"--tfhub_module: {handle} has neither __call__ nor a 'default' signature, so it is not a feature vector"
    )


def _takes_training(function: Any) -> bool:
    restored = getattr(function, "__call__", function)
    spec = getattr(restored, "function_spec", None) or getattr(restored, "_function_spec", None)
    arguments = getattr(spec, "fullargspec", None)
    return arguments is not None and "training" in list(arguments.args) + list(arguments.kwonlyargs)

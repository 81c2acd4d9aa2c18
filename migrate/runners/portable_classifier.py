"""Label photos with a TFLite or ONNX model, without TensorFlow."""

import os
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.gate.tflite_files import refuse_flex_ops
from poets.migrate.graphs.normalization import SLIM
from poets.migrate.runners.pillow_photos import EXACT_JPEGS, decode
from poets.migrate.runners.portable_models import open_lite
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling import labels
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.model_metadata import ModelMetadata, metadata_from
from poets.migrate.task.photos.image_headers import read_photo
from poets.migrate.task.photos.preprocessing import (
    HUB,
    Preprocessing,
    as_float32,
    channels_for,
    in_channels,
    with_given,
)
from poets.migrate.task.photos.tf1_resize import resize

ENTRY_TYPES = (np.float32, np.uint8, np.int8)


class PortableModel(NamedTuple):
    run: Callable[[np.ndarray], np.ndarray]
    """A batch as described by `entry` -> scores as described by `output`."""
    entry: Dict[str, Any]
    """The only input, in the format of TFLite's interpreter."""
    output: Dict[str, Any]
    """The only output, in the same format."""
    metadata: Optional[ModelMetadata]
    """What `poets port` put inside; None in other models."""


class LiteClassifier(Classifier):
    """A TFLite or ONNX model as a `Classifier`.

    Args:
        options: `graph` and the preprocessing.

    Raises:
        BadInput: the model is missing, or is not a classifier of single pictures.
        BrokenEnvironment: no package that runs it is installed.
    """

    def __init__(self, options: labels.ModelOptions) -> None:
        self.model = load_model(options.graph, options.allow_ops)
        super().__init__(
            options.graph,
            preprocessing_of(options, self.model),
            self.model.metadata.labels if self.model.metadata else None,
            int(self.model.output["shape"][-1]),
        )
        self._warned = EXACT_JPEGS

    def decode(self, path: str, kind: str) -> np.ndarray:
        if kind == "jpeg" and not self._warned:
            self._warned = True
            console.warn(
                "this Pillow has no libjpeg-turbo, so JPEG pixels differ from TensorFlow's by up to 3 grey levels"
            )
        return decode(read_photo(path), path)

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        return resize(pixels, self.given.height, self.given.width, self.given.resize)

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        return self.given.normalize(pixels)

    def run(self, batch: np.ndarray) -> np.ndarray:
        mean, std = as_float32(self.given.mean), as_float32(self.given.std)
        return self._scores(entries(self.model, batch * std + mean, self.given))

    def answer(self, photos: Sequence[Tuple[str, str]]) -> np.ndarray:
        pixels = np.stack([self.resize(self.decode(path, kind)) for path, kind in photos])
        return self._scores(entries(self.model, in_channels(pixels, self.given.channels), self.given))

    def _scores(self, batch: np.ndarray) -> np.ndarray:
        try:
            return scores(self.model, batch)
        except (RuntimeError, ValueError) as error:
            raise labels.refused_pixels(self.path, self.given, error)


def load_model(path: str, allow_ops: Sequence[str] = ()) -> PortableModel:
    """Open a TFLite or ONNX model, from `poets port` or from elsewhere.

    Raises:
        BadInput: the file is missing, is not a model, is not a classifier of single pictures, or runs ops of TensorFlow
            or reads files that are not in ``allow_ops``.
        BrokenEnvironment: no package that runs it is installed.
    """
    if not os.path.isfile(path):
        raise BadInput(f"--graph: no file '{path}' here")
    if not path.endswith(".onnx"):  # whose ops only compute; where its weights lie, `open_lite` looks
        refuse_flex_ops(path, allow_ops)
    run, inputs, outputs, metadata = open_lite(path, allow_ops)
    shapes = [_signature(one) for one in inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] not in (1, 3) or inputs[0]["dtype"] not in ENTRY_TYPES:
        raise BadInput(
            f"--graph: {path} takes {_in_words(inputs)}, not pictures; expected one float32, uint8 or int8 "
            "[N, H, W, 3] or [N, H, W, 1]"
        )
    shapes = [_signature(one) for one in outputs]
    if len(shapes) != 1 or len(shapes[0]) < 2 or set(shapes[0][1:-1]) - {1}:
        raise BadInput(f"--graph: {path} returns {_in_words(outputs)}, not a score per class; expected one [N, C]")
    return PortableModel(run, inputs[0], outputs[0], metadata_from(metadata))


def _signature(details: Dict[str, Any]) -> List[int]:
    """A tensor's shape; -1 means any size."""
    return [int(size) for size in details.get("shape_signature", details["shape"])]  # TF 1.15 has no signature


def _in_words(details: Sequence[Dict[str, Any]]) -> str:
    return " and ".join(f"{np.dtype(one['dtype']).name} {_signature(one)}" for one in details)


def preprocessing_of(options: labels.ModelOptions, model: PortableModel) -> Preprocessing:
    """The preprocessing from the options, else from the metadata, else from the model's input.

    A floating-point input without metadata is assumed to be what its network's names say, else 0..1, TensorFlow Hub's
    convention, with a warning. A quantised input takes pixels unchanged: its scale and zero point are the
    normalisation.

    Raises:
        BadInput: the model does not take the size, it takes any size and none is given, or a standard deviation is 0.
    """
    height, width, depth = _signature(model.entry)[1:]
    if (height < 0 and options.input_height is None) or (width < 0 and options.input_width is None):
        raise BadInput(f"--input_height, --input_width: {options.graph} takes pictures of any size; give both")
    found = Preprocessing(height, width, 0.0, 255.0, HUB, channels_for(depth), guessed=True)
    if model.metadata:
        known = model.metadata.preprocessing("the file's metadata")
        found = known._replace(height=height, width=width)
    elif model.entry["dtype"] != np.float32:
        scale, zero = _quantization(model.entry)
        mean = float(zero - np.iinfo(model.entry["dtype"]).min)
        found = found._replace(mean=mean, std=1 / scale, source="the input's quantisation", guessed=False)
    elif options.input_mean is None and options.input_std is None:
        found = _by_names(options.graph, found)
    given = with_given(found, options)
    if height not in (-1, given.height) or width not in (-1, given.width):
        raise labels.refused_pixels(options.graph, given, ValueError(f"its input is {height}x{width}"))
    return given


def _by_names(path: str, found: Preprocessing) -> Preprocessing:
    """The normalisation of slim's networks where the names of a model's tensors show one: toco keeps them."""
    with open(path, "rb") as file:
        text = file.read()
    for scope, words, mean, std in SLIM:
        if re.search((r"(^|[^\w/])" + scope).encode(), text):
            return found._replace(mean=mean, std=std, source=words, guessed=False)
    if b"hub_input/" in text:
        return found._replace(source="TensorFlow Hub's modules, which take 0..1", guessed=False)
    console.warn(
        f"{path} does not say how pixels are normalised; assuming mean 0, std 255 (change this with --input_mean and "
        "--input_std)"
    )
    return found


def _quantization(details: Dict[str, Any]) -> Tuple[float, int]:
    """(scale, zero point): value = (stored - zero point) * scale. (1, 0) means not quantised."""
    scale, zero = details["quantization"]
    return float(scale) or 1.0, int(zero)


def entries(model: PortableModel, pixels: np.ndarray, given: Preprocessing) -> np.ndarray:
    """Convert pixels to the model's input.

    A model from `poets port` takes RGB pixels in 0..1 and normalises them itself. For another normalisation than its
    own, the pixels are converted so that its own gives the requested one.

    Args:
        model: PortableModel.
        pixels: float32 [N, H, W, 3 or 1], 0..255, in the channels of ``given``.
        given: Preprocessing.

    Returns:
        [N, H, W, 3 or 1] of the input's dtype.
    """
    values = pixels
    mean, std = as_float32(given.mean), as_float32(given.std)
    if model.metadata:
        own = model.metadata.preprocessing("")
        if (own.mean, own.std) != (given.mean, given.std):
            values = (values - mean) / std * as_float32(own.std) + as_float32(own.mean)
        values = in_channels(values, own.channels) if own.channels == "bgr" else values  # it turns them itself
        values = values / np.float32(255)
    else:
        values = (values - mean) / std
    kind = model.entry["dtype"]
    if kind == np.float32:
        return values.astype(kind)
    scale, zero = _quantization(model.entry)
    limits = np.iinfo(kind)
    return np.clip(np.rint(values / np.float32(scale)) + zero, limits.min, limits.max).astype(kind)


def scores(model: PortableModel, batch: np.ndarray) -> np.ndarray:
    """Run the model: float32 [N, C]. One picture at a time if its batch size is fixed, as in TensorFlow 1."""
    parts = [batch] if _signature(model.entry)[0] < 0 else [picture[np.newaxis] for picture in batch]
    found = np.concatenate([model.run(part).reshape(len(part), -1) for part in parts])
    if model.output["dtype"] == np.float32:
        return found
    scale, zero = _quantization(model.output)
    return (found.astype(np.float32) - zero) * np.float32(scale)

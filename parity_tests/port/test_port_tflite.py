"""Frozen graphs as flatbuffers that answer alike, and small ones that answer nearly alike."""

import os

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.pictures import square
from parity_tests.fixtures.models.port_checks import GRAPHS, check_alike, read, session_answers

pytestmark = pytest.mark.tensorflow

NETWORK = idioms.PLAIN._replace(layers=("conv", "separable", "residual"), widths=(8, 16, 32), size=24)

SAVE = """
import sys
from poets.migrate.port.proof import probes
from poets.migrate.port.reading import graph_reading
from poets.migrate.port.targets import tflite
from poets.migrate.runners import portable_models
read = graph_reading.read(sys.argv[1])
pictures = [picture[None] / 255 for picture in probes.natural_pictures(read.roles.preprocessing)]
for quantize in (None,) + tflite.QUANTIZATIONS:
    tflite.save(read, sys.argv[2], quantize, pictures)
    run = portable_models.load(sys.argv[2], read)
    for batch in (1, 2):
        run(probes.natural_pictures(read.roles.preprocessing, batch))
"""


def pictures(size, count=24):
    """What int8 is calibrated on: other pictures than it is judged on."""
    from poets.migrate.port.proof import probes

    return (picture[np.newaxis] / 255 for picture in probes.natural_pictures(square(size), count, seed=9))


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    return read(idioms.write_idiom(tmp_path_factory.mktemp("graph") / "graph.pb", NETWORK))


@pytest.mark.shared
@pytest.mark.parametrize("graph", GRAPHS)
def test_found_graph_answers_as_its_session(shared_data, tmp_path, graph):
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import portable_models

    found, path = read(shared_data / graph), str(tmp_path / "port.tflite")
    tflite.save(found, path)
    check_alike(found, portable_models.load(path, found))


@pytest.mark.shared
@pytest.mark.parametrize("quantize, agreement", [("float16", 0.98), ("dynamic", 0.8), ("int8", 0.8)])
def test_quantised_port_names_most_flowers_as_the_graph_does(shared_data, tmp_path, quantize, agreement):
    """Ports of the golden graph, on photos that int8 was not calibrated on."""
    from poets.migrate.port.proof import reference
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import portable_models

    found, path = read(shared_data / "golden/retrained_graph.pb"), str(tmp_path / "port.tflite")
    decode = reference.decode_and_resize(square(128))
    photos = np.stack(
        [
            decode(str(photo))
            for label in found.labels
            for photo in sorted((shared_data / "flower_photos" / label).glob("*.jpg"))[:20]
        ]
    )
    tflite.save(found, path, quantize, (photo[np.newaxis] / 255 for photo in photos[::2]))
    expected, given = (
        answers.argmax(1)
        for answers in (session_answers(found, photos[1::2]), portable_models.load(path, found)(photos[1::2]))
    )
    assert np.mean(expected == given) >= agreement


@pytest.mark.parametrize("flatten", idioms.FLATTENS)
@pytest.mark.parametrize("norm", ["slim", "fused", "bias"])
def test_small_network_answers_as_its_session_at_any_batch(tmp_path, flatten, norm):
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import portable_models

    small = read(
        idioms.write_idiom(
            tmp_path / "graph.pb",
            idioms.PLAIN._replace(
                flatten=flatten, norm=norm, layers=("explicit", "branches", "max_pool"), widths=(3, 4, 5), size=17
            ),
        )
    )
    path = str(tmp_path / "port.tflite")
    tflite.save(small, path)
    check_alike(small, portable_models.load(path, small))


@pytest.mark.parametrize("quantize, tolerance", [("float16", 2e-3), ("dynamic", 0.1), ("int8", 0.1)])
def test_quantised_port_is_smaller_and_near(reading, tmp_path, quantize, tolerance):
    from poets.migrate.port.proof import probes
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import portable_models

    plain, small = str(tmp_path / "plain.tflite"), str(tmp_path / "small.tflite")
    tflite.save(reading, plain)
    tflite.save(reading, small, quantize, pictures(24))
    assert os.path.getsize(small) < os.path.getsize(plain)
    pixels = probes.natural_pictures(square(24))
    difference = np.abs(portable_models.load(small, reading)(pixels) - session_answers(reading, pixels)).max()
    assert 0 < difference < tolerance


def test_int8_computes_in_eight_bits_between_float_ends(reading, tmp_path):
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import tflite_runner

    path = str(tmp_path / "port.tflite")
    tflite.save(reading, path, "int8", pictures(24))
    interpreter = tflite_runner.make_interpreter(path)
    ends = interpreter.get_input_details() + interpreter.get_output_details()
    assert [end["dtype"] for end in ends] == [np.float32, np.float32]
    kinds = [one["dtype"] for one in interpreter.get_tensor_details()]
    assert kinds.count(np.int8) > 10 and kinds.count(np.float32) == 2


def test_signature_says_what_goes_in_and_out(reading, tmp_path):
    from poets.migrate.port.targets import tflite
    from poets.migrate.runners import tflite_runner

    path = str(tmp_path / "port.tflite")
    tflite.save(reading, path)
    interpreter = tflite_runner.make_interpreter(path)
    assert interpreter.get_signature_list() == {"serving_default": {"inputs": ["images"], "outputs": ["probabilities"]}}
    assert list(interpreter.get_input_details()[0]["shape_signature"]) == [-1, 24, 24, 3]


def test_labels_and_metadata_travel_inside(reading, tmp_path):
    from poets.migrate.port.targets import tflite
    from poets.migrate.task.networks import zip_metadata

    path = str(tmp_path / "port.tflite")
    tflite.save(reading, path)
    metadata = zip_metadata.read_metadata(path)
    assert metadata is not None
    assert metadata["labels"] == ["class 0", "class 1", "class 2"] and metadata["input_size"] == 24
    assert os.listdir(str(tmp_path)) == ["port.tflite"]
    with open(path, "rb") as file:
        assert file.read(8)[4:] == b"TFL3"


def test_file_without_metadata_has_none(tmp_path):
    from poets.migrate.task.networks import zip_metadata

    (tmp_path / "plain").write_bytes(b"TFL3")
    assert zip_metadata.read_metadata(str(tmp_path / "plain")) is None


@pytest.mark.parametrize(
    "quantize, given, message",
    [
        ("int4", None, "'int4' is none of dynamic, float16, int8"),
        ("int8", None, "give --representative"),
        ("int8", (), "give --representative"),
    ],
)
def test_what_cannot_be_quantised_is_refused(reading, tmp_path, quantize, given, message):
    from poets.migrate.port.targets import tflite
    from poets.migrate.task.errors import BadInput

    with pytest.raises(BadInput, match=message):
        tflite.save(reading, str(tmp_path / "port.tflite"), quantize, given)
    assert not os.listdir(str(tmp_path))


def test_op_that_the_converter_lacks_is_refused_in_one_line(tmp_path, capfd):
    from poets.migrate.port.targets import tflite
    from poets.migrate.task.errors import BadInput
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        return idioms.head(tf.reshape(tf.raw_ops.Zeta(x=images + 3, q=images + 2), [-1, 192]), 2)

    found = read(idioms.write_graph(tmp_path / "graph.pb", network))
    with pytest.raises(BadInput) as raised:
        tflite.save(found, str(tmp_path / "port.tflite"))
    assert "Zeta" in str(raised.value) and "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400 and not capfd.readouterr().err


@pytest.mark.parametrize("content", [b"", b"no flatbuffer", b"\x1c\x00\x00\x00TFL3" + b"\x01" * 60])
def test_file_that_is_no_model_is_refused(tmp_path, content):
    from poets.migrate.runners import portable_models
    from poets.migrate.task.errors import BadInput

    (tmp_path / "port.tflite").write_bytes(content)
    with pytest.raises(BadInput, match="cannot be run as a TFLite model"):
        portable_models.load(str(tmp_path / "port.tflite"))


def test_no_log_lines_on_stderr(tmp_path):
    graph = idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN)
    code = (
        "import subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-c'] + sys.argv[1:], stderr=subprocess.PIPE)\n"
        "print(done.returncode, done.stderr.decode())"
    )
    assert tiny.run_python(code, SAVE, graph, tmp_path / "port.tflite").split() == ["0"]


def test_running_needs_no_tensorflow_of_ours():
    code = "import sys, poets.migrate.runners.tflite_runner; print('tensorflow' in sys.modules)"
    assert tiny.run_python(code).split() == ["False"]

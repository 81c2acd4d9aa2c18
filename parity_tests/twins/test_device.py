"""CPU or GPU: what is asked for reaches TensorFlow, what was used is in the record, and a missing GPU is one line."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from parity_tests.fixtures import tiny
from poets.migrate.judge.flags import options_of
from poets.migrate.judge.twins import command, verdict_words
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.resources import Resources
from poets.migrate.task.stages import TWINS

GPU = "/job:localhost/replica:0/task:0/device:GPU:0"


def test_a_device_that_was_not_asked_for_is_an_error():
    Resources("auto").ran_on("training", GPU)
    Resources("gpu").ran_on("training", GPU)
    with pytest.raises(BrokenEnvironment, match="--device cpu: TensorFlow ran a training step on photos on .*GPU:0"):
        Resources("cpu").ran_on("training", GPU)


def test_the_sides_of_a_comparison():
    flags = command.make_parser().parse_args(["--legacy-device", "cpu", "--modern-device", "gpu", "--no_retry"])
    memory = {"gpu_memory_mb": None, "retry": False}
    assert options_of(flags) == {
        "legacy": dict(memory, device="cpu"),
        "modern": dict(memory, device="gpu", resize="tf1"),
    }
    flags = command.make_parser().parse_args(["--twins", "modern,modern", "--gpu_memory_mb", "900"])
    assert [one["resize"] for one in options_of(flags).values()] == ["tf1", "tf1"]
    assert options_of(flags)["legacy"]["gpu_memory_mb"] == 900


@pytest.mark.tensorflow
def test_legacys_session_is_told_once_it_opens():
    from poets.migrate.tensorflow_library.session_resources import session_config

    plain, hidden, limited = (session_config(Resources(*given)) for given in (("auto",), ("cpu", 500), ("gpu", 500)))
    assert all(config.gpu_options.allow_growth for config in (plain, hidden, limited))
    assert dict(hidden.device_count) == {"GPU": 0} and not hidden.gpu_options.experimental.virtual_devices
    assert not plain.device_count and not limited.device_count
    (virtual,) = limited.gpu_options.experimental.virtual_devices
    assert list(virtual.memory_limit_mb) == [500]


class FakeConfig:
    """`tf.config` of a machine with one GPU, which notes what it is told."""

    def __init__(self, gpus, used=False):
        self.gpus, self.used, self.told = gpus, used, []
        self.experimental = self

    def list_physical_devices(self, kind):
        assert kind == "GPU"
        return self.gpus

    def get_device_details(self, gpu):
        return {"gpu0": {"device_name": "NVIDIA  Tegra X2", "compute_capability": (6, 2)}}.get(gpu, {})

    def set_visible_devices(self, devices, kind):
        if self.used:
            raise RuntimeError("Visible devices cannot be modified after being initialized")
        self.told.append(("visible", list(devices)))

    def set_memory_growth(self, gpu, growth):
        self.told.append(("growth", gpu, growth))

    def LogicalDeviceConfiguration(self, memory_limit):
        return memory_limit

    def set_logical_device_configuration(self, gpu, limits):
        self.told.append(("limits", gpu, limits))


@pytest.fixture()
def fake_config(monkeypatch):
    """Puts a FakeConfig in TensorFlow's place."""
    from poets.migrate.tensorflow_library.version2 import tf

    def put(gpus, used=False):
        found = FakeConfig(gpus, used)
        monkeypatch.setattr(tf, "config", found)
        return found

    return put


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "given, told",
    [
        (("auto",), [("visible", ["gpu0"]), ("growth", "gpu0", True)]),
        (("cpu",), [("visible", []), ("growth", "gpu0", True)]),
        (("gpu", 500), [("visible", ["gpu0"]), ("limits", "gpu0", [500])]),
    ],
)
def test_modern_is_told_before_its_first_op(given, told, fake_config):
    from poets.migrate.tensorflow_library.keras_device import choose_device

    config = fake_config(["gpu0"])
    choose_device(Resources(*given))
    assert config.told == told


X2 = "GPU NVIDIA Tegra X2, compute capability 6.2"
UNKNOWN = "GPU unknown, compute capability unknown"


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "gpus, device, named",
    [
        ([], "auto", ""),
        (["gpu0"], "cpu", ""),
        (["gpu0"], "auto", X2),
        (["gpu0", "gpu1"], "gpu", X2),
        (["gpu1"], "gpu", UNKNOWN),
    ],
)
def test_modern_names_the_gpu_that_computes(gpus, device, named, fake_config):
    from poets.migrate.tensorflow_library.keras_device import choose_device

    fake_config(gpus)
    resources = Resources(device)
    choose_device(resources)
    assert resources.gpu == named


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "kinds, told, named",
    [
        (["CPU"], None, ""),  # then it must not be asked: that would open every GPU there is
        (["CPU", "GPU"], "device: 0, name: NVIDIA Tegra X2, pci bus id: 0000:00:00.0, compute capability: 6.2", X2),
        (["CPU", "GPU"], "", UNKNOWN),
    ],
)
def test_legacy_names_the_gpu_that_computes(kinds, told, named, monkeypatch):
    from tensorflow.python.client import device_lib

    from poets.migrate.tensorflow_library import session_resources

    class Session:
        def __init__(self, graph, config):
            self.config = config

        def list_devices(self):
            return [SimpleNamespace(device_type=kind) for kind in kinds]

    def listed(session_config):
        assert told is not None and session_config.gpu_options.allow_growth
        return [SimpleNamespace(device_type=kind, physical_device_desc=told) for kind in kinds]

    monkeypatch.setattr(session_resources.tf, "Session", Session)
    monkeypatch.setattr(device_lib, "list_local_devices", listed)
    resources = Resources()
    session_resources.open_session(resources)
    assert resources.gpu == named


@pytest.mark.tensorflow
def test_modern_cannot_be_told_otherwise_later(fake_config):
    from poets.migrate.tensorflow_library.keras_device import choose_device

    fake_config(["gpu0"], used=True)
    with pytest.raises(
        BrokenEnvironment, match="already uses the GPU with other settings .Visible devices cannot be modif"
    ):
        choose_device(Resources("cpu"))
    fake_config([])
    with pytest.raises(BrokenEnvironment, match="--device gpu: TensorFlow .* sees no GPU here"):
        choose_device(Resources("gpu"))


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_the_record_has_what_ran_where(twin, both_trained):
    devices = both_trained[twin].record["devices"]
    assert set(devices) == {"bottlenecks", "training"}
    assert all("/device:" in device for device in devices.values())


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_no_gpu_is_one_line(twin, tiny_task, tmp_path, capsys):
    from poets.migrate.tensorflow_library.version2 import tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    run = tiny.retrain(twin, tiny_task, tmp_path, "--device", "gpu", "--quiet", capsys=capsys)
    assert run.code == 3 and run.record is None
    assert run.message.count("\n") == 1 and "error: --device gpu: TensorFlow" in run.message
    assert "sees no GPU here" in run.message


@pytest.mark.tensorflow
def test_one_twin_against_itself(tmp_path, capsys):
    code = command.main(
        [
            "--twins",
            "modern,modern",
            "--legacy-device",
            "cpu",
            "--how_many_training_steps",
            "20",
            "--ladder_photos",
            "4",
            "--rounds",
            "0",
            "--json",
            str(tmp_path / "verdict.json"),
        ]
    )
    captured = capsys.readouterr()
    assert code == 0, captured.err
    found = json.loads((tmp_path / "verdict.json").read_text())
    assert found["verdict"] == "parity" and found["stages"]["bottleneck"]["max_abs"] <= 1e-4
    assert [found["ran"][side]["twin"] for side in TWINS] == ["modern", "modern"]
    assert [found["ran"][side]["device"] for side in TWINS] == ["cpu", "auto"]
    assert all(device.endswith("CPU:0") for device in found["ran"]["legacy"]["devices"].values())
    assert "legacy (modern): TensorFlow" in captured.out and ", CPU:0" in captured.out


def test_the_side_lines_name_devices_and_batches():
    side = {
        "tensorflow": "2.7.0",
        "keras": "2.7.0",
        "python": "3.6.9",
        "twin": "modern",
        "halved": ["bottlenecks"],
        "devices": {"bottlenecks": GPU, "training": GPU.replace("GPU", "CPU")},
        "batches": {"bottlenecks": 8},
    }
    verdict: Any = SimpleNamespace(interpreters={"modern": side})
    assert verdict_words.sides(verdict) == [
        "modern: TensorFlow 2.7.0, Keras 2.7.0, Python 3.6.9, CPU:0 and GPU:0",
        "  its memory ran out: bottlenecks of 8 photos at once",
    ]

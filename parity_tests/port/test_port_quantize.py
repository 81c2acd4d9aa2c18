"""`poets port --to tflite --quantize`: smaller files, judged by what a mistake would do; and the mistakes, caught."""

import io
import json
import os

import numpy as np
import pytest

from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.pictures import square
from parity_tests.fixtures.models.port_checks import read
from poets.migrate import cli
from poets.migrate.port import command, one_graph
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.screen import show_one

NETWORK = idioms.PLAIN._replace(layers=("conv", "separable", "residual"), widths=(8, 16, 32), size=24)
FILES = {
    "tflite": "model.tflite",
    "tflite_dynamic": "model_dynamic.tflite",
    "tflite_float16": "model_float16.tflite",
    "tflite_int8": "model_int8.tflite",
}
LOSSY = [name for name in FILES if name != "tflite"]


def port(*argv):
    return cli.main(["port"] + [str(word) for word in argv])


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A folder of 15 painted flowers, other ones than the proof paints."""
    from poets.migrate.demo.flowers import paint_flowers

    return paint_flowers(str(tmp_path_factory.mktemp("painted") / "flowers"), photos_per_class=3, seed=7)


@pytest.fixture(scope="module")
def ported(painted, tmp_path_factory):
    """(arguments, folder) of a small graph's port to all four kinds."""
    folder = tmp_path_factory.mktemp("ported")
    argv = [
        idioms.write_idiom(folder / "graph.pb", NETWORK),
        "--to",
        "tflite",
        "--quantize",
        "float32,dynamic,float16,int8",
        "--representative",
        painted,
        "--output",
        str(folder / "out"),
    ]
    assert port(*argv, "--quiet") == 0
    return argv, folder / "out"


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """(reading, what its lossy ports are compared on) of the small graph."""
    from poets.migrate.port.proof import reference

    reading = read(idioms.write_idiom(tmp_path_factory.mktemp("probed") / "graph.pb", NETWORK))
    return reading, reference.make_reference(reading, None, True)


def flowers(size, count=40):
    """float32 [1, S, S, 3] in 0..1 each: what int8 is calibrated on."""
    from poets.migrate.port.proof import probes

    return [picture[np.newaxis] / 255 for picture in probes.painted_pictures(square(size), count)]


def proof_of(name, path, reading, probe, save_as=None, **how):
    """The proof of a port of ``save_as``, the reading itself if None, written as ``name`` is."""
    from poets.migrate.port.proof import prove
    from poets.migrate.port.targets.all_targets import TARGETS

    TARGETS[name].write(save_as or reading, str(path), **how)
    return prove.compare(reading, name, str(path), probe)


@pytest.mark.parametrize(
    "argv, words",
    [
        (
            ["--to", "tflite", "--quantize", "int8"],
            "--quantize int8: needs photos to measure activations on; give --repr",
        ),
        (
            ["--to", "tflite", "--quantize", "int4"],
            "--quantize: no quantisation 'int4'; there are float32, dynamic, fl",
        ),
        (["--to", "tflite", "--quantize", ","], "--quantize: no quantisation; there are"),
        (["--to", "savedmodel,hub", "--quantize", "float16"], "--quantize: requires --to tflite; given is"),
        (["--to", "tflite", "--representative", "."], "--representative: only --quantize int8 measures activations"),
        (["--to", "tflite", "--quantize", "int8", "--representative", "nowhere"], "--representative: no file or"),
    ],
)
def test_mistakes_are_one_line_before_any_work(argv, words, tmp_path, capsys):
    assert port(__file__, "--output", tmp_path / "out", *argv) == 2
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "to, quantize, targets",
    [
        ("tflite", None, ["tflite"]),
        ("tflite,hub", "int8", ["hub", "tflite_int8"]),
        ("tflite,tflite", "float16, float32,float16", ["tflite_float16", "tflite"]),
    ],
)
def test_each_quantisation_is_a_target_of_its_own(to, quantize, targets):
    assert command.find_targets(to, quantize) == targets


@pytest.mark.tensorflow
def test_command_and_targets_know_the_same_names():
    from poets.migrate.port.targets.all_targets import TARGETS
    from poets.migrate.port.targets.tflite import QUANTIZATIONS

    assert set(command.find_targets(",".join(command.NAMES), ",".join(command.QUANTIZATIONS))) == set(TARGETS)
    assert set(command.QUANTIZATIONS) == {"float32"} | set(QUANTIZATIONS)


def test_representative_photos_are_evenly_spread_over_all_folders(painted, monkeypatch):
    def chosen(*folders):
        return [os.path.basename(path) for path in command.find_representative(list(folders), True)]

    kinds = [os.path.join(painted, kind) for kind in ("roses", "daisy")]
    assert len(chosen(*kinds)) == 6
    monkeypatch.setattr(command, "REPRESENTATIVE_COUNT", 3)
    assert chosen(*kinds) == ["roses_0001.jpg", "roses_0003.jpg", "daisy_0002.jpg"]
    monkeypatch.setattr(command, "REPRESENTATIVE_COUNT", 5)
    assert chosen(painted) == [kind + "_0001.jpg" for kind in ("daisy", "dandelion", "roses", "sunflowers", "tulips")]


def test_port_is_made_anew_when_the_photos_or_quantisations_change(tmp_path):
    def job(photo, targets=("tflite_int8",)):
        return one_graph.Job(__file__, "out", list(targets), ReadingOptions(), None, [str(tmp_path / photo)])

    for name, content in (("a.jpg", b"one"), ("b.jpg", b"one"), ("c.jpg", b"two")):
        (tmp_path / name).write_bytes(content)
    key = one_graph.job_key(job("a.jpg"))
    assert one_graph.job_key(job("b.jpg")) == key
    assert one_graph.job_key(job("c.jpg")) != key
    assert one_graph.job_key(job("a.jpg", ["tflite_int8", "tflite"])) != key


@pytest.mark.tensorflow
def test_four_files_are_written_proven_and_told_as_lossy(ported, capsys):
    argv, out = ported
    report = json.loads((out / "report.json").read_text())
    assert {name: os.path.basename(found["path"]) for name, found in report["targets"].items()} == FILES
    sizes = {name: os.path.getsize(found["path"]) for name, found in report["targets"].items()}
    assert sizes["tflite"] > sizes["tflite_float16"] and sizes["tflite"] > sizes["tflite_dynamic"]
    assert {name for name, found in report["targets"].items() if found["lossy"]} == set(LOSSY)
    for name, found in report["targets"].items():
        assert found["passed"] and found["required_tolerance"] <= found["tolerance"], name
        assert found["max_abs"] >= found["required_tolerance"] and found["pictures"] == (6 if name == "tflite" else 32)
    assert port(*argv) == 0
    shown = capsys.readouterr().out
    assert "EQUAL to the original in a Session, near it where lossy (done before" in shown
    assert "tflite_int8 is lossy: " in shown


@pytest.mark.tensorflow
def test_report_of_a_lossy_port_alone_says_near_and_not_equal(ported):
    report = json.loads((ported[1] / "report.json").read_text())
    del report["targets"]["tflite"]
    file = io.StringIO()
    show_one(report, False, file)
    assert "NEAR the original\n" in file.getvalue() and "EQUAL" not in file.getvalue()


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", LOSSY)
def test_port_without_the_normalisation_is_rejected(probed, tmp_path, name):
    reading, probe = probed
    wrong = reading._replace(
        roles=reading.roles._replace(preprocessing=reading.roles.preprocessing._replace(mean=0.0, std=255.0))
    )
    how = {"representative": flowers(24)} if name == "tflite_int8" else {}
    assert proof_of(name, tmp_path / "right.tflite", reading, probe, **how).passed
    proof = proof_of(name, tmp_path / "wrong.tflite", reading, probe, wrong, **how)
    assert not proof.passed and "of its distance from the answers to another normalisation" in proof.why


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", LOSSY)
def test_port_that_takes_bgr_is_rejected(probed, tmp_path, monkeypatch, name):
    from poets.migrate.port.proof import prove
    from poets.migrate.port.targets.all_targets import TARGETS
    from poets.migrate.runners import portable_models

    def load_bgr(path, reading):
        run = portable_models.load(path)
        return lambda pixels: run(pixels[..., ::-1])

    monkeypatch.setitem(prove.TARGETS, name, TARGETS[name]._replace(load=load_bgr))
    how = {"representative": flowers(24)} if name == "tflite_int8" else {}
    proof = proof_of(name, tmp_path / "port.tflite", *probed, **how)
    assert not proof.passed and "of its distance from the answers to BGR" in proof.why


@pytest.mark.tensorflow
@pytest.mark.parametrize("factor", [0.2, 255])
def test_int8_calibrated_in_another_range_is_rejected(probed, tmp_path, factor):
    pictures = [picture * np.float32(factor) for picture in flowers(24, 20)]
    assert not proof_of("tflite_int8", tmp_path / "port.tflite", *probed, representative=pictures).passed


@pytest.mark.tensorflow
def test_top_1_is_asked_for_where_the_original_is_sure():
    from poets.migrate.port.proof import judging, reference
    from poets.migrate.port.targets.all_targets import Near

    expected = np.array([[0.9, 0.1], [0.9, 0.1], [0.55, 0.45]], np.float32)
    answer = np.array([[0.9, 0.1], [0.4, 0.6], [0.45, 0.55]], np.float32)
    probe = reference.Reference(np.zeros([3, 1, 1, 3]), expected, {"BGR": np.zeros([3, 2], np.float32)})
    proof = judging.judge_near(Near(0.7, 0.5, 0.9), [answer, answer], probe)
    assert proof.why == "top-1 agreement 0.500 of 2 pictures that the original is sure of, 0.9 asked for"
    assert not proof.passed
    assert judging.judge_near(Near(0.7, 0.5, 0.5), [answer, answer], probe).passed
    assert proof.top1_agreement == pytest.approx(1 / 3) and proof.max_abs == pytest.approx(0.5)


@pytest.mark.shared
@pytest.mark.parametrize(
    "graph",
    [
        "golden/retrained_graph.pb",
        pytest.param("graphs/dents/retrained_graph.pb", marks=pytest.mark.thorough),
        pytest.param("graphs/inception_2015_idiom/inception_like_retrained.pb", marks=pytest.mark.thorough),
    ],
)
def test_real_graph_passes_in_every_quantisation(shared_data, tmp_path, graph):
    assert (
        port(
            shared_data / graph,
            "--to",
            "tflite",
            "--quantize",
            "dynamic,float16,int8",
            "--representative",
            shared_data / "flower_photos",
            "--output",
            tmp_path,
            "--quiet",
        )
        == 0
    )
    proofs = json.loads((tmp_path / "report.json").read_text())["targets"]
    assert set(proofs) == set(LOSSY) and all(0 < proof["required_tolerance"] for proof in proofs.values())


@pytest.mark.shared
def test_int8_calibrated_on_pictures_of_no_task_is_rejected_on_photos(shared_data, tmp_path):
    """Caltech 256 at 8 bits, its ranges measured on coloured noise: a third of the flowers keep their name."""
    from poets.migrate.port.proof import probes, reference

    reading = read(shared_data / "graphs" / "caltech256_160px" / "retrained_graph.pb")
    probe = reference.make_reference(reading, str(shared_data / "flower_photos" / "roses"), True)
    noise = [picture[np.newaxis] / 255 for picture in probes.natural_pictures(square(160), 100, seed=9)]
    proof = proof_of("tflite_int8", tmp_path / "noise.tflite", reading, probe, representative=noise)
    assert not proof.passed and proof.top1_agreement < 0.6

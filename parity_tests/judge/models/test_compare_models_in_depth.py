"""`poets parity A B [C...]`: where a difference comes from, features, every report, and judging a kept run again."""

import html
import json
import re
import shutil
import sys
from xml.etree import ElementTree

import pytest

from parity_tests.fixtures import browser
from poets.migrate import cli
from poets.migrate.judge.flags import REPORTS
from poets.migrate.judge.report.figures import number, share

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def mistaken(tiny_models, tmp_path_factory):
    """The port of graph `a` with notes that name another normalisation: the mistake that is made most."""
    folder = tmp_path_factory.mktemp("mistaken") / "savedmodel"
    shutil.copytree(str(tiny_models / "a" / "savedmodel"), str(folder))
    notes = folder / "assets" / "poets.json"
    notes.write_text(json.dumps(dict(json.loads(notes.read_text()), input_mean=0.0, input_std=255.0)))
    return folder


@pytest.fixture(scope="module")
def run(tiny_models, mistaken, tmp_path_factory):
    """All reports of a graph against its mistaken port, another graph and a port of its own: flag -> text; `dir`."""
    folder = tmp_path_factory.mktemp("reports")
    files = {flag: folder / ("report." + flag) for flag in REPORTS}
    a, b = tiny_models / "a", tiny_models / "b"
    models = [a / "graph.pb", mistaken, b / "graph.pb", a / "model.tflite"]
    argv = (
        ["parity"]
        + [str(model) for model in models]
        + ["--image_dir", str(tiny_models / "photos"), "--rounds", "1", "--quiet", "--run_dir", str(folder / "run")]
    )
    for flag, path in files.items():
        argv += ["--" + flag, str(path)]
    assert cli.main(argv) == 1
    return dict({flag: path.read_text(encoding="utf-8") for flag, path in files.items()}, dir=folder / "run")


def test_a_difference_is_put_on_the_stage_that_brings_it(run):
    found = json.loads(run["json"])
    wrong, other, port = found["pairs"]
    parts = {name: part["mean_abs"] for name, part in wrong["attribution"]["parts"].items()}
    whole = wrong["attribution"]["whole"]["mean_abs"]
    assert parts["normalize"] == pytest.approx(whole, rel=1e-3) and whole > 1e-3
    assert parts["decode"] == parts["resize"] == 0 and parts["network"] < 1e-6
    parts = {name: part["mean_abs"] for name, part in other["attribution"]["parts"].items()}
    assert parts["network"] == pytest.approx(other["attribution"]["whole"]["mean_abs"], rel=1e-6)
    assert parts["decode"] == parts["resize"] == parts["normalize"] == 0
    assert port["passed"] and port["attribution"] is None
    assert "look at mean and standard deviation" in (run["dir"] / "report.txt").read_text(encoding="utf-8")


@pytest.mark.thorough
@pytest.mark.slow
def test_models_that_each_want_a_normalisation_of_their_own_are_not_given_each_others(tiny_models, capsys):
    a = tiny_models / "a"
    assert (
        cli.main(
            [
                "parity",
                str(a / "graph.pb"),
                str(a / "model.keras"),
                "--image_dir",
                str(tiny_models / "photos"),
                "--rounds",
                "0",
                "--attribute",
                "--json",
                "-",
                "--quiet",
            ]
        )
        == 0
    )
    found = json.loads(capsys.readouterr().out)["pairs"][0]["attribution"]
    assert list(found["parts"]) == ["decode", "resize", "normalize+network"]
    assert found["whole"]["mean_abs"] < 1e-6 and found["leftover"]["mean_abs"] < 1e-6


def figures(found):
    """What every report must show, from the JSON: words, each with the JSON's figures in them."""
    words = ["PARITY" if found["verdict"] == "parity" else "NO PARITY"]
    for pair in found["pairs"]:
        words.append(number(pair["stages"]["probabilities"]["max_abs"]))
        words.append(share(pair["top1_agreement"]))
    return words


def test_the_figures_are_the_same_in_every_report(run):
    found = json.loads(run["json"])
    root = ElementTree.fromstring(run["junit"].encode("utf-8"))
    texts = {
        "console": (run["dir"] / "report.txt").read_text(encoding="utf-8"),
        "html": html.unescape(re.sub(r"<[^>]+>", " ", run["html"][run["html"].index("<body>") :])),
        "markdown": re.sub(r"\\(.)", r"\1", run["markdown"]),
        "junit": "\n".join(list(root.itertext()) + [value for part in root.iter() for value in part.attrib.values()]),
        "svg": html.unescape(re.sub(r"<[^>]+>", " ", run["svg"])).replace("\xa0", " "),
    }
    for name, text in texts.items():
        missing = [words for words in figures(found) if words not in text]
        assert not missing, f"{name} lacks {missing}"
    for name in ("console", "html", "markdown"):
        for model in found["models"]:
            assert f"{model['speed']['label_ms']['median']:.1f}" in texts[name]
    assert max(map(len, texts["console"].splitlines())) <= 80
    assert (
        int(root.attrib["failures"]) == len(list(root.iter("failure"))) == 5
    )  # probabilities and logits twice, top-1 of `b`
    assert run["markdown"].count("| normalize |") == 2 + 2  # of the pairs that have it alike, and of two attributions


@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_shows_the_page_of_models(run, tmp_path, width):
    found = browser.measure(tmp_path, run["html"], width)
    wanted = ["Models", "Speed"] + [
        f"{pair['other']}: photos named differently" for pair in json.loads(run["json"])["pairs"]
    ]
    assert set(wanted) <= set(found["headings"])
    assert found["broken"] == found["flat"] == 0 and found["wide"] <= found["view"] == width
    assert run["html"].count('class="confusion"') == 4 and run["html"].count("<svg") == 3 * 4 - 1 + 2


def test_a_kept_run_of_models_is_judged_again(run, capsys):
    assert cli.main(["judge", str(run["dir"]), "--atol", "probabilities:1"]) == 2
    assert "cannot fail" in capsys.readouterr().err
    assert cli.main(["judge", str(run["dir"]), "--atol", "resize:0", "--min_cosine", "resize:0.9999"]) == 1
    out = capsys.readouterr().out
    assert "a/graph.pb against b/graph.pb" in out and out.strip().endswith("NO PARITY")
    assert "get another label" in out
    assert cli.main(["judge", str(run["dir"])]) == 1
    assert cli.main(["judge", str(run["dir"]), str(run["dir"]), "--atol", "0"]) == 0
    assert "model.tflite" in capsys.readouterr().out


@pytest.mark.slow
def test_a_hub_module_is_compared_by_its_features(tiny_models, capsys):
    a, b = tiny_models / "a", tiny_models / "b"
    argv = ["--image_dir", str(tiny_models / "photos"), "--rounds", "0", "--json", "-", "--quiet"]
    assert cli.main(["parity", str(a / "graph.pb"), str(a / "hub"), str(a / "savedmodel"), str(b / "hub")] + argv) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["output"] == "features"
    assert [pair["passed"] for pair in found["pairs"]] == [True, True, False]
    for pair in found["pairs"][:2]:
        assert pair["stages"]["bottleneck"]["max_abs"] < 1e-5 and pair["top1_agreement"] is None
    assert found["pairs"][2]["why"].startswith("bottleneck: ")
    archive = shutil.make_archive(str(tiny_models / "b" / "archive"), "gztar", str(b / "hub"))
    assert cli.main(["parity", archive, str(b / "hub")] + argv) == 0
    assert json.loads(capsys.readouterr().out)["pairs"][0]["stages"]["bottleneck"]["max_abs"] == 0


def test_what_was_measured_before_a_worker_died_is_kept(tiny_models, tmp_path, capsys):
    """The second model's Python ends at its second answer, as one does that the kernel kills for memory."""
    dying = tmp_path / "dying.py"
    dying.write_text(
        "import os, runpy, signal, sys\n"
        "from poets.migrate.runners.model_worker import ModelWorker\n"
        "def climb(self, **arguments): os.kill(os.getpid(), signal.SIGKILL)\n"
        "ModelWorker.stages = climb\n"
        "sys.argv = sys.argv[sys.argv.index('worker') - 1:]\n"
        "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
    )
    port, run = str(tiny_models / "a" / "model.tflite"), tmp_path / "run"
    assert (
        cli.main(
            [
                "parity",
                port,
                port,
                "--python",
                f"2={sys.executable} {dying}",
                "--rounds",
                "0",
                "--image_dir",
                str(tiny_models / "photos"),
                "--run_dir",
                str(run),
            ]
        )
        == 4
    )
    err = capsys.readouterr().err
    assert "incomplete: 2 of 2 models answered" in err and "SIGKILL" in err
    found = json.loads((run / "report.json").read_text())
    assert found["verdict"] == "incomplete" and [model["runner"] for model in found["models"]] == ["lite", "lite"]
    assert cli.main(["judge", str(run)]) == 4
    assert "incomplete: " in capsys.readouterr().err

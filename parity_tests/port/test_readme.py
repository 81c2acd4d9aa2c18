"""The README in a port: its snippets run and give the answers that it promises."""

import base64
import http.server
import json
import re
import shutil
import subprocess
import threading

import pytest

from parity_tests.fixtures.models import idioms
from poets.migrate import cli
from poets.migrate.port.readme import readme_of

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]
LABELS = ["daisy", "a|b", "roses"]


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    idioms.write_idiom(folder / "my graph.pb", idioms.PLAIN._replace(size=24, widths=(8, 16)))
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    argv = ["port", str(folder / "my graph.pb"), "--to", "savedmodel,serving,tflite", "--output", str(folder / "out")]
    assert cli.main(argv + ["--quiet"]) == 0
    return folder / "out"


def expected(port):
    return json.loads((port / "report.json").read_text())["example"]


def blocks(port, kind):
    return re.findall(rf"```{kind}\n(.*?)```", (port / "README.md").read_text(), re.S)


def test_it_says_what_to_expect_in_a_table_that_labels_cannot_break(port):
    text = (port / "README.md").read_text()
    best = expected(port)
    assert len(best) == 3 and {one["label"] for one in best} == set(LABELS)
    for one in best:
        label = one["label"].replace("|", "\\|")
        assert f"| {label} | {one['score']:.4f} |" in text
    assert "**The normalisation is a guess**" in text and str(port) not in text


def test_the_python_snippet_gives_the_expected_answer(port, monkeypatch, capsys):
    monkeypatch.chdir(port)
    (code,) = blocks(port, "python")
    exec(compile(code, "README.md", "exec"), {})
    label, score = capsys.readouterr().out.rsplit(" ", 1)
    best = expected(port)[0]
    assert label == best["label"] and float(score) == pytest.approx(best["score"], abs=1e-5)


def test_the_shell_snippet_of_poets_gives_it_too(port, monkeypatch, capsys):
    monkeypatch.chdir(port)
    (line,) = [block.strip() for block in blocks(port, "sh") if block.startswith("poets ")]
    assert cli.main(line.split()[1:]) == 0
    assert capsys.readouterr().out.startswith(expected(port)[0]["label"])


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_what_curl_sends_is_what_the_served_model_takes(port):
    """TensorFlow Serving itself is not here: a server of our own decodes the request as its REST API's page says."""
    import tensorflow as tf

    run = tf.saved_model.load(str(port / "serving" / "my_graph" / "1")).signatures["classify_bytes"]
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            paths.append(self.path)
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked["signature_name"] == "classify_bytes"
            photos = [base64.b64decode(one["image_bytes"]["b64"]) for one in asked["instances"]]
            found = run(image_bytes=tf.constant(photos))
            columns = zip(found["labels"].numpy().tolist(), found["scores"].numpy().tolist())
            rows = [{"labels": [label.decode() for label in labels], "scores": scores} for labels, scores in columns]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"predictions": rows}).encode())

        def log_message(self, *words):
            pass

    (script,) = [block for block in blocks(port, "sh") if "docker run" in block]
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = script.split("tensorflow/serving\n", 1)[1].replace("localhost:8501", f"127.0.0.1:{server.server_port}")
        said = subprocess.run(["sh", "-c", asked], cwd=str(port), stdout=subprocess.PIPE, check=True, timeout=60).stdout
        server.shutdown()
    best, answer = expected(port)[0], json.loads(said)["predictions"][0]
    assert paths == ["/v1/models/my_graph:predict"]
    assert answer["labels"][0] == best["label"] and answer["scores"][0] == pytest.approx(best["score"], abs=1e-5)


def test_a_port_whose_proof_shows_little_says_so(port):
    report = json.loads((port / "report.json").read_text())
    report["targets"]["savedmodel"]["untold"] = ["BGR"]
    assert "The pictures show little: BGR would have passed too" in readme_of(report)

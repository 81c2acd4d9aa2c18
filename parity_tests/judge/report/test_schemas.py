"""The reports' published schemas: real reports keep to them, and they name every field, as does the documentation."""

import copy
import importlib.util
import json
import os
from types import SimpleNamespace
from typing import Any, Dict

import jsonschema
import numpy as np
import pytest

from parity_tests.fixtures import synthetic
from poets.migrate import cli
from poets.migrate.judge.compare.attribution import Attribution, StagePart
from poets.migrate.judge.compare.difference import measure
from poets.migrate.judge.compare.thresholds import Threshold, judge
from poets.migrate.judge.lab import records as lab_records
from poets.migrate.judge.measure.speed import ratio_of
from poets.migrate.judge.models import records as model_records
from poets.migrate.judge.sweep import command as sweep
from poets.migrate.judge.sweep.points import Setting, point_of, row_of
from poets.migrate.judge.twins import measure_side, record
from poets.migrate.lab.record import Epoch
from poets.migrate.lab.schedule import Lab
from poets.migrate.task.worker.start import project_root

NAMES = ("twins", "models", "lab", "sweep", "retrain")


def schema_of(name):
    """A published schema."""
    path = os.path.join(project_root(), "migrate", "judge", "report", "schema", name + ".json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def strict(schema):
    """The schema, with every field forbidden that it does not name."""
    found = copy.deepcopy(schema)

    def close(part):
        if isinstance(part, dict):
            if "properties" in part and "type" in part:
                part["additionalProperties"] = False
            for value in part.values():
                close(value)
        elif isinstance(part, list):
            for value in part:
                close(value)

    close(found)
    return found


def check(name, report):
    """Hold a report, as it is written, against its schema; nothing in it may be undocumented."""
    written = json.loads(json.dumps(report, allow_nan=False))
    validator = jsonschema.Draft202012Validator(strict(schema_of(name)))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(written)] == []
    return written


# A report of each kind that needs no training


def a_difference():
    return measure([np.zeros(9)], [np.full(9, 1e-7)], 1e-6)


def a_speed():
    return synthetic.made_speed().features_per_second


def models_verdict(**changes):
    """A verdict on two models, with every part that it can have."""
    attribution = agreeing_parts()
    sides = a_speed().sides
    models = [
        model_records.ComparedModel(
            name,
            name + ".pb",
            "session",
            "2.21.0",
            ["daisy", "tulip"],
            {"height": 96, "width": 96, "mean": 0.0, "std": 255.0, "source": "the graph"},
            0.75,
            4.5,
            611.0,
            {"label_ms": sides[side]},
        )
        for name, side in (("a", "legacy"), ("b", "modern"))
    ]
    stages = {"decode": a_difference(), "probabilities": a_difference()}
    judged = [judge(Threshold("atol", "probabilities", 1e-6, 0.0), "probabilities", [np.zeros(2)], [np.zeros(2)])]
    speed = {"label_ms": ratio_of(sides["legacy"], sides["modern"])}
    pair = model_records.ModelPair(
        "a", "b", "", stages, 1.0, ["x.jpg"], "1 of 12 photos get another label", judged, attribution, speed, True, ""
    )
    conditions = synthetic.made_speed().conditions
    whole = model_records.ModelsVerdict(
        True, 12, "probabilities", models, [pair], conditions, ["other load"], None, 12.5
    )
    return whole._replace(**changes)


def agreeing_parts():
    return Attribution(
        6,
        [StagePart("resize", 1e-3, 0.03, 1)],
        StagePart("all", 1e-3, 0.03, 1),
        StagePart("leftover", 0.0, 0.0, 0),
    )


def test_they_are_schemas_and_say_what_every_field_means():
    for name in NAMES:
        schema = schema_of(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"].endswith(f"/{name}.json") and schema["properties"]["schema_version"]["const"] == 1

        def look(part, path):
            if not isinstance(part, dict):
                return
            for field, found in part.get("properties", {}).items():
                assert "description" in found, f"{path}.{field}"
            for key, found in part.items():
                if key != "else":
                    look(found, f"{path}.{key}")

        look({key: part for key, part in schema.items() if key not in ("if", "then", "else")}, name)


def test_a_part_that_two_reports_have_is_the_same_in_both():
    known: Dict[str, Any] = {}
    for name in NAMES:
        for part, schema in schema_of(name).get("$defs", {}).items():
            assert known.setdefault(part, schema) == schema, f"{name}: {part}"


@pytest.mark.parametrize("made", [synthetic.agreeing, synthetic.differing, synthetic.hopeless])
def test_the_twins(made, tmp_path):
    written = check("twins", record.as_json(made(synthetic.paint(tmp_path)).verdict))
    assert written["schema_version"] == 1


def test_the_twins_without_what_may_be_missing(tmp_path):
    verdict = synthetic.agreeing(synthetic.paint(tmp_path)).verdict
    bare = verdict._replace(accuracy=None, speed=None, free_training=None, attribution=None, judged=())
    check("twins", record.as_json(bare))


def test_twins_that_were_cut_short():
    so_far = measure_side.TwinsMeasured()
    check("twins", record.incomplete_as_json(so_far, "the worker died"))


def test_a_report_without_a_field_is_refused(tmp_path):
    whole = record.as_json(synthetic.agreeing(synthetic.paint(tmp_path)).verdict)
    for name in set(schema_of("twins")["properties"]) - {"kept"}:  # which only a kept report has
        lacking = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(json.dumps(lacking)), schema_of("twins"))


def test_models():
    check("models", model_records.models_verdict_as_json(models_verdict()))
    check(
        "models", model_records.models_verdict_as_json(models_verdict(parity=False, output="features", conditions=None))
    )


def test_models_that_were_cut_short():
    so_far = model_records.ModelsMeasured()
    check("models", model_records.incomplete_as_json(so_far, "the worker died"))
    so_far.models, so_far.labels = [{"name": "a", "path": "a.pb"}, {"name": "b"}], ["", "other labels"]
    check("models", model_records.incomplete_as_json(so_far, "the worker died"))
    complete = dict(model_records.incomplete_as_json(so_far, ""), verdict="parity")
    assert not jsonschema.Draft202012Validator(schema_of("models")).is_valid(complete)


def test_the_lab():
    interpreter = {"twin": "legacy", "python": "3.11", "tensorflow": "2.21.0", "keras": "", "pid": 3}
    epoch = Epoch(0.3, 0.9, 0.2, 0.95)
    verdict = lab_records.LabVerdict(
        *(True, "painted digits", Lab("dense", 512, 0.2, 0.001, 32, 1, "float32"), 407050, 100, 50, 4),
        *(
            [lab_records.LabPart("final weights", a_difference(), "mean")],
            None,
            {"legacy": 0.9, "modern": 0.9},
            1.0,
            "",
        ),
        *({"legacy": [epoch], "modern": [epoch]}, {"legacy": interpreter, "modern": interpreter}),
        *({"legacy": 1.0, "modern": 2.0}, 4.5),
    )
    check("lab", lab_records.lab_verdict_as_json(verdict))


def test_a_sweep():
    setting = Setting("modern", "mobilenet_0.25_128", "cpu", 100, 0.01)
    points = [point_of(setting, seed, 0.8, 1.5, np.array([1.0, last])) for seed, last in enumerate([0.5, np.inf])]
    state: Any = SimpleNamespace(photos=50, guessing=0.3, points=dict(enumerate(points)))
    check("sweep", sweep.sweep_as_json([row_of(points, 50, 0.3, 12.5)], state))


@pytest.mark.tensorflow
def test_a_retraining(both_trained):
    for run in both_trained.values():
        check("retrain", run.record)


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["twins", "models", "lab", "sweep"])
def test_a_real_run(name, tiny_models, tmp_path):
    graphs = [str(tiny_models / which / "graph.pb") for which in ("a", "b")]
    small = ["--how_many_training_steps", "20"]
    words = {
        "twins": ["parity", *small, "--rounds", "1", "--attribute", "--fine_tune", "--fine_tune_steps", "2"],
        "models": ["parity", *graphs, "--image_dir", str(tiny_models / "photos"), "--rounds", "1"],
        "lab": ["parity", "--task", "mnist", "--epochs", "1", "--hidden", "4"],
        "sweep": ["sweep", *small, "--twin", "modern", "--seeds", "1", "--output", str(tmp_path / "sweep")],
    }[name]
    assert cli.main(words + ["--json", str(tmp_path / "report.json"), "--quiet"]) == (1 if name == "models" else 0)
    check(name, json.loads((tmp_path / "report.json").read_text(encoding="utf-8")))


def test_the_page_of_the_docs_is_made_from_them():
    path = os.path.join(project_root(), "docs", "make_report_json.py")
    spec = importlib.util.spec_from_file_location("make_report_json", path)
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    with open(maker.PAGE, encoding="utf-8") as file:
        assert file.read() == maker.page(maker.read_schemas()), "python docs/make_report_json.py writes it"
    assert sorted(maker.ORDER) == sorted(NAMES) == sorted(maker.read_schemas())

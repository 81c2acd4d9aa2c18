"""What is found in a Python's packages and how they go together, and its cure, from facts made up."""

import pytest

from parity_tests.fixtures.machines.doctor_facts import TX2_FACTS, changed, examine, failing, with_tensorflow
from poets.migrate.doctor import combinations, interpreter
from poets.migrate.doctor.versions import satisfies

WHEEL = "--extra-index-url https://developer.download.nvidia.com/compute/redist/jp/v461 tensorflow==%s"
DESCRIPTORS = "TypeError: Descriptors cannot not be created directly."
PROTOBUF_4 = with_tensorflow(
    "1.15.5+nv22.1", imports=failing(error=DESCRIPTORS), packages={"tensorflow": "1.15.5+nv22.1", "protobuf": "4.21.0"}
)


class TestJudgement:
    @pytest.mark.parametrize(
        "facts, subject, state, found, cure",
        [
            (TX2_FACTS, "combination", "ok", "TensorFlow 2.7.0+nv22.1 is for L4T 32.7.1 (JetPack 4.6.1)", ""),
            (changed(l4t="32.7.4"), "combination", "ok", "L4T 32.7.4 (JetPack 4.6.4)", ""),
            (with_tensorflow("1.15.5+nv22.1"), "combination", "ok", "known to be good", ""),
            (
                with_tensorflow("2.1.0+nv20.3"),
                "combination",
                "broken",
                "is for JetPack 4.3 (CUDA 10.0, cuDNN 7.6); here is"
                " L4T 32.7.1 (JetPack 4.6.1) with CUDA 10.2, cuDNN 8.2",
                WHEEL % "2.7.0+nv22.1",
            ),
            (with_tensorflow("1.15.0+nv19.12"), "combination", "broken", "is for JetPack 4.3", WHEEL % "1.15.5+nv22.1"),
            (
                changed(l4t="32.4.4", cudnn="8.0.0"),
                "combination",
                "broken",
                "is for JetPack 4.6.1",
                "jp/v44 tensorflow==2.3.0+nv20.9",
            ),
            (
                with_tensorflow("2.5.0+nv21.8"),
                "combination",
                "warning",
                "is for JetPack 4.6; it is untested on L4T 32.7.1",
                WHEEL % "2.7",
            ),
            (with_tensorflow("2.7.0"), "combination", "warning", "runs on the CPU only", WHEEL % "2.7.0+nv22.1"),
            (changed(cuda="10.0.326"), "combination", "broken", "comes with CUDA 10.2; found: CUDA 10.0.326", "apt"),
            (changed(cudnn="8.0.0"), "combination", "broken", "comes with cuDNN 8.2; found: cuDNN 8.0.0", "--runtime"),
            (changed(cuda=None, cudnn=None), "combination", "unknown", "no CUDA and no cuDNN was found", "--runtime"),
            (changed(l4t=None), "combination", "unknown", "unknown L4T version", "-v /etc/nv_tegra_release"),
            (
                changed(l4t="36.4.0"),
                "combination",
                "unknown",
                "poets knows no TensorFlow for L4T 36.4.0",
                "nvidia.com",
            ),
            (changed(imports=failing(version="2.7.0", gpus=0)), "GPU", "warning", "uses the CPU", "--runtime nvidia"),
            (
                changed(imports={"numpy": {"signal": "SIGILL"}}, packages={"numpy": "1.19.5"}),
                "numpy",
                "broken",
                "1.19.5: its import crashes with SIGILL",
                "python3 -m pip install numpy==1.19.4",
            ),
            (
                changed(imports={"numpy": {"version": "1.19.5"}}),
                "numpy",
                "warning",
                "crashes with SIGILL on some",
                "1.19.4",
            ),
            (
                changed(imports={"numpy": {"version": "1.19.5"}}, environment={"OPENBLAS_CORETYPE": "ARMV8"}),
                "numpy",
                "ok",
                "OPENBLAS_CORETYPE is ARMV8",
                "",
            ),
            (changed(imports={}), "numpy", "unknown", "not tested", "import numpy"),
            (
                changed(packages={"setuptools": "82.0.0"}, pkg_resources=False),
                "pkg_resources",
                "broken",
                "setuptools 82.0.0 no longer has it, and tensorflow-hub 0.12.0 imports it",
                "pip install 'setuptools<82'",
            ),
            (
                changed(packages={"setuptools": "82.0.0", "tensorflow-hub": None}, pkg_resources=False),
                "pkg_resources",
                "ok",
                "nothing here needs it",
                "",
            ),
            (
                PROTOBUF_4,
                "protobuf",
                "broken",
                "4.21.0; TensorFlow 1.15.5+nv22.1 needs protobuf<3.21",
                "'protobuf<3.21'",
            ),
            (PROTOBUF_4, "TensorFlow", "broken", DESCRIPTORS, "'protobuf<3.21'"),
            (changed(packages={"protobuf": "4.25.1"}), "protobuf", "warning", "the import works nevertheless", "<3.21"),
            (
                with_tensorflow(
                    "2.21.0",
                    "3.12.0",
                    packages={"tensorflow": "2.21.0", "protobuf": "5.29.0"},
                    requires=["protobuf<8.0.0,>=6.31.1"],
                    imports=failing(error="VersionError"),
                ),
                "protobuf",
                "broken",
                "needs protobuf<8.0.0,>=6.31.1",
                "'protobuf<8.0.0,>=6.31.1'",
            ),
            (
                changed(packages={"tensorflow": None}, imports=failing(error="ModuleNotFoundError")),
                "TensorFlow",
                "broken",
                "not installed",
                WHEEL % "2.7.0+nv22.1",
            ),
            (
                changed(packages={"tensorflow": None}, tegra=False, l4t=None, imports=failing(error="no")),
                "TensorFlow",
                "broken",
                "not installed",
                "python3 -m pip install tensorflow==2.6.2",
            ),
            (changed(imports=failing(signal="SIGKILL")), "TensorFlow", "broken", "memory runs out", "sudo poets flush"),
            (
                changed(imports=failing(error="ImportError: libcudart.so.10.2: cannot open shared object file")),
                "TensorFlow",
                "broken",
                "a CUDA library is missing",
                "import tensorflow",
            ),
            (
                changed(packages={"tensorflow-gpu": "1.15.0"}),
                "TensorFlow",
                "warning",
                "several packages overwrite",
                "uninstall",
            ),
            (changed(packages={"keras": "2.9.0"}), "Keras", "broken", "needs keras==2.7.*", "'keras==2.7.*'"),
            (with_tensorflow("2.21.0", "2.15.0"), "Keras", "broken", "needs keras>=3", "'keras>=3'"),
            (with_tensorflow("1.15.5+nv22.1"), "Keras", "ok", "2.2.4-tf (tf.keras)", ""),
            (with_tensorflow("2.7.0+nv22.1", "2.7.0"), "tensorflow-hub", "warning", "modern twin needs it", "pip"),
            (
                changed(requires=["numpy (<1.19.0,>=1.16.0)"]),
                "requirements",
                "warning",
                "numpy 1.19.4 (needs <1.19.0,>=1.16.0)",
                "python3 -m pip install 'numpy<1.19.0,>=1.16.0'",
            ),
            (
                changed(tegra=False, l4t=None, imports=failing(version="2.7.0", gpus=0)),
                "GPU",
                "warning",
                "does not see it",
                "install CUDA",
            ),
            (
                changed(tegra=False, l4t=None, gpu_devices=[], imports=failing(version="2.7.0", gpus=0)),
                "GPU",
                "ok",
                "uses the CPU",
                "",
            ),
            (changed(python="3.15.0"), "Python", "warning", "newer than any", "python3.13"),
        ],
    )
    def test_what_is_found_and_its_cure(self, facts, subject, state, found, cure):
        one = examine(facts)[subject]
        assert one.state == state and found in one.found
        assert (
            cure in one.cure
            and "\n" not in one.cure
            and bool(one.cure) == (state in ("broken", "warning") or bool(cure))
        )

    def test_every_known_combination_is_good_on_its_l4t_alone(self):
        for row in combinations.JETPACKS:
            l4t = ".".join(str(number) for number in row.l4t)
            cuda, cudnn = "%d.%d.1" % row.cuda, "%d.%d.1" % row.cudnn
            for other in combinations.JETPACKS:
                for wheel in other.wheels:
                    state = combinations.judge(wheel, l4t, cuda, cudnn, "python3").state
                    assert (state == "ok") == (other == row), (wheel, l4t)

    def test_nothing_said_is_nothing_known_and_never_ok(self):
        states = {subject: one.state for subject, one in examine({"python": "3.6.9"}).items()}
        assert states.pop("Python") == "ok" and "ok" not in states.values()
        assert [one.state for one in examine({}).values()] == ["unknown"]

    def test_a_container_on_this_machine_has_this_machines_l4t(self):
        facts = changed(l4t=None)
        assert examine(facts, interpreter.Host("a-b-c", "32.7.1"))["combination"].state == "ok"
        assert examine(facts, interpreter.Host("d-e-f", "32.7.1"))["combination"].state == "unknown"

    def test_what_poets_itself_needs_is_asked_of_its_own_python_only(self):
        assert examine(TX2_FACTS, is_own=True)["poets"].cure == "python3 -m pip install rich pillow"
        assert "poets" not in examine(TX2_FACTS)

    @pytest.mark.parametrize(
        "version, demanded, expected",
        [
            ("1.19.5", "~=1.19.2", True),
            ("1.20.0", "~=1.19.2", False),
            ("2.7.0+nv22.1", "<2.8,>=2.7", True),
            ("2.7.0", "==2.7.*", True),
            ("2.8.0", "==2.7.*", False),
            ("3.0", "==3", True),
            ("1.0", "!=1.0", False),
            ("1.0", "", None),
            ("one", ">1", None),
            ("1.0", "===1.0", None),
        ],
    )
    def test_versions(self, version, demanded, expected):
        assert satisfies(version, demanded) is expected

"""The doctor's report as a reader sees it."""

import io

from rich.console import Console

from parity_tests.fixtures.machines.doctor_facts import MEMINFO, TX2_TREE, changed
from parity_tests.fixtures.machines.planted import plant
from poets.migrate.doctor import finding, interpreter, machine, report
from poets.migrate.doctor.ask import ProbeAnswer, python_of

REPORT = """\
this machine
ok        memory           5.7 of 7.7 GB available
warning   swap             none: with 8 GB of memory, a large batch gets the
                           process killed

What to do
  swap: sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo swapon /swapfile

docker run -i --rm tf1 python3
broken    numpy            1.19.5: its import crashes with SIGILL (Illegal
                           instruction)
unknown   TensorFlow       1.15.5+nv22.1; its import was not tested, because
                           numpy's failed

What to do in that container (of docker run: in its Dockerfile)
  numpy: python3 -m pip install numpy==1.19.4; or: export OPENBLAS_CORETYPE=ARMV8
  TensorFlow: fix numpy, then run poets doctor again

Something is broken: 1 broken, 1 warning, 1 unknown, 1 ok
"""


def test_the_report_as_a_reader_sees_it(tmp_path):
    here = machine.examine(plant(tmp_path, dict(TX2_TREE, **{"proc/meminfo": MEMINFO.replace("4019200", "0")})))
    packages = {"tensorflow": "1.15.5+nv22.1", "numpy": "1.19.5"}
    facts = changed(packages=packages, imports={"numpy": {"signal": "SIGILL"}})
    there = interpreter.examine("docker run -i --rm tf1 python3", ProbeAnswer(facts), "python3", interpreter.Host())
    there = there._replace(place=python_of(["docker", "run", "python3"])[1])
    patients = [
        one._replace(
            findings=[each for each in one.findings if each.subject in ("memory", "swap", "numpy", "TensorFlow")]
        )
        for one in (here, there)
    ]
    stream = io.StringIO()
    report.render(patients, Console(file=stream, width=80, color_system=None))
    assert "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n" == REPORT
    assert finding.worst(patients) == "broken"

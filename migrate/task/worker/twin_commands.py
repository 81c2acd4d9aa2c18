"""The commands of a twin, by name: each is a module with a ``main(argv) -> exit code``, or a worker to serve."""

import importlib
import sys
from typing import List

from poets.migrate.task.ending.command import run_command
from poets.migrate.task.worker.kernels import take_settings

COMMANDS = ("retrain", "label_image", "mnist", "worker")


def run(twin: str, argv: List[str]) -> int:
    """Run ``argv[0]`` of ``twin`` (`legacy` or `modern`) with the rest as its flags.

    The module is imported only here, so that usage errors do not wait for TensorFlow.
    """
    if not argv or argv[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m poets.{twin} {{{','.join(COMMANDS)}}} [flags]\n")
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    if argv[0] == "worker":
        take_settings(argv[1:])
        return serve_worker(f"poets.{twin}.worker")
    return run_command(lambda: int(importlib.import_module(f"poets.{twin}.{argv[0]}").main(argv[1:])))


def serve_worker(module: str) -> int:
    """Serve the worker that ``module`` creates; stdout is redirected before TensorFlow is imported."""
    from poets.migrate.task.worker import calls, protocol

    frames = protocol.take_stdout()
    return calls.serve(importlib.import_module(module).make(), frames)

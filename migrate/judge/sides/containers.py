"""The command `poets containers`: the lines that run `poets parity` on a TX2 with each side in a container."""

import argparse
import os
import shlex
import sys
from typing import Dict, List, Optional

from poets.migrate import console
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import Parser
from poets.migrate.task.stages import TWINS
from poets.migrate.task.worker.start import project_root


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command and print a shell script; return 2 for a folder that cannot be mounted."""
    parser = Parser(
        prog="poets containers",
        description="Print a shell script that builds both images on a Jetson TX2 and runs `poets parity` with one "
        "side in each. Pipe it to `sh`, or copy the lines you need. Other flags are passed to `poets parity`.",
    )
    parser.add_argument(
        "--image_dir", default="", help="folder with one folder of photos per class; default: painted flowers"
    )
    parser.add_argument(
        "--model_dir", default="/tmp/imagenet", help="folder of pretrained networks; missing ones are downloaded"
    )
    flags, others = parser.parse_known_args(argv)
    return console.run_command(lambda: show(flags, others))


def show(flags: argparse.Namespace, others: List[str]) -> int:
    """Print the script.

    Raises:
        BadInput: the folder of photos is missing, or a folder's name has a colon.
    """
    if flags.image_dir and not os.path.isdir(flags.image_dir):
        raise BadInput(f"--image_dir: no folder '{flags.image_dir}'")
    sys.stdout.write("\n".join(script(flags.image_dir, flags.model_dir, others)) + "\n")
    return 0


def script(image_dir: str, model_dir: str, others: List[str]) -> List[str]:
    """The shell script, one command per line; ``others`` are more flags of `poets parity`."""
    root = project_root()
    made = [os.path.abspath(model_dir), os.path.abspath(cache_dir())]  # docker would create them as root
    # `-m poets` would import from the working folder
    program = f"import sys; sys.path[0] = {root!r}; from poets.migrate.cli import main; sys.exit(main())"
    parity = [sys.executable, "-c", program, "parity"]
    for twin in TWINS:
        parity += [f"--{twin}-python", quoted(launch_words(twin, folders_of(image_dir, model_dir)))]
    parity += (["--image_dir", image_dir] if image_dir else []) + ["--model_dir", model_dir] + others
    return (
        ["set -e"]
        + [quoted(build_words(twin, root)) for twin in TWINS]
        + [quoted(["mkdir", "-p"] + made), quoted(parity)]
    )


def folders_of(image_dir: str, model_dir: str) -> Dict[str, str]:
    """The paths that a worker must see, the same as outside: absolute path -> `ro` or `rw`."""
    folders = {project_root(): "ro"}
    if image_dir:
        folders[os.path.abspath(image_dir)] = "ro"
    # networks are unpacked there, and twins cache converted networks there
    return dict(folders, **{os.path.abspath(path): "rw" for path in (model_dir, cache_dir())})


def build_words(twin: str, root: str) -> List[str]:
    """The command that builds the image of ``twin``."""
    return [
        "docker",
        "build",
        "--tag",
        image_of(twin),
        "--file",
        os.path.join(root, "migrate", "judge", "sides", "tx2", twin + ".Dockerfile"),
        root,
    ]


def launch_words(twin: str, folders: Dict[str, str]) -> List[str]:
    """The command that starts the Python of the image of ``twin``.

    Raises:
        BadInput: a folder's name has a colon, at which `docker run -v` splits.
    """
    # no -t: a terminal would change the bytes of the frames. --init: an init process that forwards signals; process 1
    # ignores signals without a handler, and a Python has none for SIGTERM.
    words = ["docker", "run", "-i", "--rm", "--init", "--runtime", "nvidia"]
    # the user owns what it writes; only root and the group video may use the GPU's devices
    words += ["--user", f"{os.getuid()}:{os.getgid()}", "--group-add", "video"]
    for path, mode in sorted(folders.items()):
        if ":" in path:
            raise BadInput(f"docker cannot mount '{path}': its name has a colon; use a folder without one")
        words += ["-v", f"{path}:{path}:{mode}"]
    variables = {"POETS_CACHE_DIR": os.path.abspath(cache_dir()), "HOME": "/tmp"}
    for name, value in sorted(variables.items()):
        words += ["-e", f"{name}={value}"]
    return words + ["-w", os.getcwd(), image_of(twin), "python3"]  # relative paths mean the same in the container


def image_of(twin: str) -> str:
    """The name of the image of ``twin``."""
    return f"poets-tx2-{twin}"


def quoted(words: List[str]) -> str:
    """Quote words into one line that a shell, and `--legacy-python`, splits into the same words."""
    return " ".join(map(shlex.quote, words))

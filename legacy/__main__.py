"""``python -m legacy COMMAND``: retrain, label_image, mnist or worker."""

import sys

from migrate.task.twin_commands import run

if __name__ == "__main__":
    sys.exit(run("legacy", sys.argv[1:]))

"""``python -m poets.legacy COMMAND``: retrain, label_image, mnist or worker."""

import sys

from poets.migrate.task.worker.twin_commands import run

if __name__ == "__main__":
    sys.exit(run("legacy", sys.argv[1:]))

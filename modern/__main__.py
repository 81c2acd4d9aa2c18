"""``python -m poets.modern COMMAND``: retrain, label_image, mnist or worker."""

import sys

from poets.migrate.task.worker.twin_commands import run

if __name__ == "__main__":
    sys.exit(run("modern", sys.argv[1:]))

"""``python -m poets`` is `poets`, without an install."""

import sys

from poets.migrate.cli import main

if __name__ == "__main__":
    sys.exit(main())

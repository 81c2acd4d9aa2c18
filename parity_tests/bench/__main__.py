"""``python -m parity_tests.bench``, which is `make bench`."""

import sys

from parity_tests.bench.command import main

if __name__ == "__main__":
    sys.exit(main())

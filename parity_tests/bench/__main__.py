"""``python -m parity_tests.bench``, which is `make bench`.

Seen with ``make bench`` (600 flower photos, mobilenet_0.25_128, TF 2.21 for all three programs, 4000 baseline steps
not scaled, two cores with nothing else running), as times better than the plain loop, wanted in brackets:

    features, computed and kept   legacy  2.9      modern  4.5 (4)
    4000 training steps           legacy 45.9      modern 64.0 (30)
    whole retrain                 legacy 20.1 (5)  modern 21.3 (20); its very first run 14.9
    test accuracy                 70.5 % of 61 photos for all three
    peak MB per 1000 photos more  legacy  6.9 (40) modern 10.5 (40), from 654 and 854 MB

Modern uses both cores and the baseline one, so another program running beside them costs modern more: under a load of
2 to 3 the features were seen at 2.4 and the whole retrain at 13.2. With the painted flowers and the embedded network,
whose 110 features are read and parsed nine times faster than 1001, the plain loop itself is quicker.
"""

import sys

from parity_tests.bench.command import main

if __name__ == "__main__":
    sys.exit(main())

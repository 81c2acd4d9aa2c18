"""``python -m parity_tests.bench``, which is `make bench`.

Seen with ``.venv/bin/python -m parity_tests.bench`` (600 flower photos, mobilenet_0.25_128, TF 2.21 for all three
programs, 4000 baseline steps not scaled, two cores that other programs were using too: load 2.3 to 3), as times better
than the plain loop, wanted in brackets:

    features, computed and kept   legacy  2.4    modern  3.3 (4): missed
    4000 training steps           legacy 45.5    modern 35.2 (30)
    whole retrain                 legacy 20.1 (5)  modern 14.7 (20): missed; its very first run 12.7
    test accuracy                 70.5 % of 61 photos for all three
    peak MB per 1000 photos more  legacy  1.6 (40)  modern 11.6 (40), from 660 and 806 MB

With the painted flowers and the embedded network, whose 110 features are read and parsed nine times faster than
1001, the plain loop itself is quicker: ``--only runs --baseline_steps 50 --rounds 1`` on them gave training 22.3 and
whole retrain 9.7 for modern, 45.9 and 16.2 for legacy.

Both misses are modern's processor time: of 13.7 s for a whole run, 3.0 are TensorFlow's import, 5.7 the training with
its 401 evaluations, 2.1 the SavedModel, 1.5 the features and 0.8 the loading of the network's module.
"""

import sys

from parity_tests.bench.command import main

if __name__ == "__main__":
    sys.exit(main())

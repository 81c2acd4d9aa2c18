"""The embedded default: painted flowers and a small network, so that no download is needed.

Real photos and pretrained networks belong to `poets.migrate.task`.

The network is a MobileNet v1, width 0.25, for 96 x 96 pixels normalised to -1..1 (mean and std 127.5), trained on 110
kinds of painted things other than flowers (`migrate/demo/things/`); on 880 held-out pictures its accuracy is 41.8 %.
The command below trained it in 10 minutes on two shared cores, plus 4 minutes of painting. The pictures are the same
each time; the weights differ from run to run, as threads add in different orders.

    python -m poets.migrate.demo.network.train_network --output frozen_graph.pb

Quality of its features: test accuracy of retrain.py's softmax head on 5 x 60 painted flowers, mean and
[min...max] of 10 random splits of 80/10/10 (30 test photos each); chance is 0.2:

    python -m poets.migrate.demo.network.feature_worth

    the shipped network                                          0.730 [0.667...0.867]
    its first, random weights, batch norm calibrated on photos   0.263 [0.133...0.400]
    its first, random weights, raw                               0.160 [0.067...0.200]
"""

import os

NETWORK_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mobilenet_v1_0.25_96_painted")
"""str, where the shipped network lies: ``frozen_graph.pb`` and ``labels.txt``."""

"""The embedded default: painted flowers and a small network, so that nothing need be downloaded."""

import os

NETWORK_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mobilenet_v1_0.25_96_painted")
"""str, where the shipped network lies: ``frozen_graph.pb`` and ``labels.txt``."""

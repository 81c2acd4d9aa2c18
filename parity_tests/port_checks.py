"""What ports of frozen graphs are held against: the graphs, and what a version 1 Session answers."""

import numpy as np

TOLERANCE = 1e-5
GRAPHS = ("graphs/dents/retrained_graph.pb", "graphs/dents/optimized_graph.pb", "graphs/fruits/retrained_graph.pb",
          "graphs/caltech256_160px/retrained_graph.pb", "graphs/quantized_base/output_graph.pb",
          "graphs/frozen_dropout/retrained_graph.pb", "graphs/keras_cnn/tensorflow_inception_graph.pb",
          "graphs/inception_2015_idiom/inception_like_retrained.pb",
          "graphs/inception_2015_idiom/inception_like_base.pb", "golden/retrained_graph.pb")


def read(path):
    from migrate.port import reading

    return reading.read(str(path), None)


def session_answers(reading, pixels):
    from migrate.port import reading as readings

    roles = reading.roles
    return readings.original_answers(reading, (pixels - np.float32(roles.input_mean)) / np.float32(roles.input_std))


def check_alike(reading, run, tolerance=TOLERANCE):
    from migrate.port import probes

    pixels = probes.natural_pictures(reading.roles.input_size)
    expected = session_answers(reading, pixels)
    for batch in (1, 4):
        given = np.concatenate([run(pixels[at:at + batch]) for at in range(0, len(pixels), batch)])
        assert given.shape == expected.shape
        np.testing.assert_allclose(given, expected, rtol=0, atol=tolerance)
        assert (given.argmax(1) == expected.argmax(1)).all()

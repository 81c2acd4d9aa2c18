"""What is said of Keras by itself, Hub, numpy and Python 2."""

from parity_tests.fixtures.commands.upgrade import SCRIPT, found, new


class TestOtherPackages:
    def test_keras_by_itself(self):
        text = (
            "from keras.preprocessing.image import ImageDataGenerator\nfrom keras import optimizers\n"
            "model.compile(optimizers.SGD(lr=0.1))\nmodel.fit_generator(g)\nmodel.save('m.h5')\n"
        )
        assert [one[::3] for one in found(text, "error", "warning", "note")] == [
            (1, "keras.preprocessing.image.ImageDataGenerator"),
            (1, "keras.preprocessing.image.ImageDataGenerator"),
            (2, "keras.optimizers"),
            (3, "lr="),
            (4, ".fit_generator()"),
            (5, "m.h5"),
        ]
        assert new(text) == text

    def test_hub_modules(self):
        text = "import tensorflow_hub as hub\nm = hub.Module('https://tfhub.dev/x/1')\n"
        assert found(text) == [(2, 5, "removed-name", "hub.Module")]

    def test_numpy_names_without_an_equal(self):
        text = SCRIPT + "import numpy as np\nnp.asscalar(x)\nint = 3\ny = np.int\n"
        assert found(text) == [(4, 1, "numpy", "np.asscalar"), (6, 5, "numpy", "np.int")]

    def test_python_2_names_are_not_said_of_programs_for_both(self):
        text = (
            "try:\n    xrange\nexcept NameError:\n    xrange = range\ntry:\n    import cPickle as pickle\n"
            "except ImportError:\n    import pickle\nimport sys\nif sys.version_info[0] == 2:\n    text = "
            "unicode\n"
        )
        assert not found(text)

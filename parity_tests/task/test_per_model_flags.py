"""The flags of preprocessing for several models: `N=VALUE` is the Nth's."""

import pytest

from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.per_model import add_per_model_flags, options_per_model
from poets.migrate.task.flags.preprocessing import NumbersParser


def options(*argv, count=2):
    parser = NumbersParser()
    parser.add_argument("models", nargs="*")
    add_per_model_flags(parser)
    return options_per_model(parser.parse_args(list(argv)), count)


def test_a_value_is_for_all_or_for_the_nth():
    assert options() == [{}, {}]
    assert options("a", "b", "--input_mean", "127.5", "--channels", "2=bgr") == [
        {"input_mean": 127.5},
        {"input_mean": 127.5, "channels": "bgr"},
    ]
    assert options("--input_mean", "2=104,117,124", "--input_std", "1=-255", "--resize", "tf2") == [
        {"input_std": -255.0, "resize": "tf2"},
        {"input_mean": (104.0, 117.0, 124.0), "resize": "tf2"},
    ]


def test_numbers_may_be_words_of_their_own():
    assert options("--input_mean", "2=104", "117", "124", "--input_size", "1=96", "128") == [
        {"input_height": 96, "input_width": 128},
        {"input_mean": (104.0, 117.0, 124.0)},
    ]


@pytest.mark.parametrize(
    "argv, said",
    [
        (["--input_mean", "3=1"], "is not N=VALUE with N from 1 to 2"),
        (["--input_mean", "2=red"], "not a number"),
        (["--channels", "2=rbg"], "none of rgb, bgr, gray"),
        (["--input_size", "0"], "must be 1 or more"),
        (["--input_mean", "1,2"], "one number, or one per channel"),
    ],
)
def test_a_wrong_value_is_named(argv, said):
    with pytest.raises(BadInput, match=said):
        options(*argv)

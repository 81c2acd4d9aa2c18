"""The chain of named stages that every twin implements, and their tolerances.

==============  ======================  =====================================================================
stage           array out               meaning
==============  ======================  =====================================================================
decode          uint8 [H, W, 3]         RGB pixels 0..255 of one encoded image
resize          float32 [S, S, 3]       pixels 0..255 at the network's size S
normalize       float32 [S, S, 3]       (pixel - mean) / std, as the architecture asks
bottleneck      float32 [N, B]          the pretrained network's features
logits          float32 [N, C]          the new final layer
probabilities   float32 [N, C]          softmax of the logits
==============  ======================  =====================================================================

Each stage can be run alone, from any stage's input to any later stage's output.
"""

from typing import List

from poets.migrate.task.errors import BadInput

TWINS = ("legacy", "modern")
ENCODED = "encoded"  # the input of `decode`: a file's bytes
STAGES = ("decode", "resize", "normalize", "bottleneck", "logits", "probabilities")
MODEL_STAGES = ("decode", "resize", "normalize", "probabilities")  # of a finished model, whose network is one stage


def stages_between(after: str, until: str) -> List[str]:
    """The stages that lead from the output of ``after`` (or `encoded`) to the output of ``until``.

    Raises:
        BadInput: an unknown stage, or ``until`` does not come later than ``after``.
    """
    names = (ENCODED,) + STAGES
    for name in (after, until):
        if name not in names:
            raise BadInput(f"unknown stage '{name}'; known: {', '.join(names)}")
    between = list(names[names.index(after) + 1 : names.index(until) + 1])
    if not between:
        raise BadInput(f"stage '{after}' does not come before '{until}'")
    return between

"""Lesson: training ops and optimizers."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="optimizers",
    line="minimize(loss) became a tape and apply_gradients, with other defaults",
    changed="A TF1 optimizer adds ops to the graph: `minimize(loss)` is one op that computes gradients and applies "
    "them, and running it is a step. In TF2 a `GradientTape` notes what is computed under it, "
    "`tape.gradient` differentiates, `apply_gradients` changes the variables; Keras's `fit` does all that.",
    why="The tape makes a step an ordinary function. But constants hide in it: TF1's Adam adds 1e-8 in the "
    "denominator, Keras's 1e-7; RMSProp 1e-10 and 1e-7; and a Keras loss expects probabilities where TF1's ops "
    "took logits. Code that is carried over line by line trains, only otherwise.",
    pairs=[
        CodePair("mnist:make_optimizer", "mnist:make_optimizer"),
        CodePair("head:add_head", "head:compile_head"),
        CodePair("train:take_step", "train:train"),
        CodePair("fine_tune:add_descent", "fine_tune:gradient_function"),
    ],
    breaks=[
        Break(
            "the defaults are taken for the same",
            "print(tf.compat.v1.train.AdamOptimizer()._epsilon, tf.keras.optimizers.Adam().epsilon)\n"
            "print(tf.compat.v1.train.RMSPropOptimizer(0.1)._epsilon, tf.keras.optimizers.RMSprop().epsilon)",
            "1e-08 1e-07\n1e-10 1e-07",
            "Give epsilon on both sides. Where gradients are small, it decides how long the steps are.",
        ),
        Break(
            "logits are given to a Keras loss",
            "logits, label = tf.constant([[4.0, 1.0]]), tf.constant([[1.0, 0.0]])\n"
            "print(round(float(tf.nn.softmax_cross_entropy_with_logits(label, logits)[0]), 4))\n"
            "print(round(float(tf.keras.losses.CategoricalCrossentropy()(label, logits)), 4))",
            "0.0486\n0.2231",
            "No error. `from_logits=True`, or a softmax as the last layer; not both.",
        ),
        Break(
            "`minimize` gets a tensor",
            "v = tf.Variable(1.0)\ntf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(v * v)",
            "RuntimeError: `loss` passed to Optimizer.compute_gradients should be a function when eager execution "
            "is enabled.",
            "A tensor does not know how it was made; pass a function, or use a tape.",
        ),
        Break(
            "the loss is computed outside the tape",
            "v = tf.Variable(1.0)\n"
            "loss = v * v\n"
            "with tf.GradientTape() as tape:\n"
            "    pass\n"
            "print(tape.gradient(loss, v))",
            "None",
            "What no tape saw has no gradient. `apply_gradients` then raises, or, if only some are None, warns and "
            "goes on.",
        ),
        Break(
            "the learning rate is a Python number that changes",
            "rate = 0.1\n"
            "v = tf.Variable(1.0)\n"
            "@tf.function\n"
            "def step():\n"
            "    v.assign_sub(rate)\n"
            "step()\n"
            "rate = 0.0\n"
            "step()\n"
            "print(round(float(v), 2))",
            "0.8",
            "The number is baked into the graph. Keep it in a variable, as Keras's optimizers do: "
            "`optimizer.learning_rate.assign(...)`.",
        ),
    ],
    figures=[
        QuotedFigure(
            "1.3e-5",
            "of 1 - beta_2 is what TF1 and Keras 3 differ by for 0.999: one computes it in float32, the other in "
            "Python",
            "docs/results.md",
            "poets parity --task mnist",
        ),
        QuotedFigure(
            "7e-14",
            "is the most that losses, weights and probabilities of the beginner lab are apart after 940 steps in "
            "float64, with both given the same numbers",
            "docs/results.md",
            "poets parity --task mnist",
        ),
    ],
    see=[
        See("poets parity --task mnist --epochs 1", "Adam on both sides in lockstep"),
        See(
            "poets sweep --learning_rate 0.005 0.01 1.0 --how_many_training_steps 500 --seeds 2 --architecture "
            "mobilenet_painted",
            "what the learning rate does, and what is chance",
        ),
    ],
    questions=[
        Question(
            "TF1's Adam and Keras's Adam, both with their defaults. What differs?",
            ["beta_1", "epsilon", "Nothing"],
            1,
            "1e-8 and 1e-7.",
        ),
        Question(
            "A network that ends in logits is trained with CategoricalCrossentropy() of Keras. What happens?",
            ["It trains on a wrong loss, without a word", "Keras sees that they are logits", "An exception"],
            0,
            "from_logits is False by default.",
        ),
        Question(
            "What does tape.gradient give for a loss computed before the tape was opened?",
            ["An exception", "Zero", "None"],
            2,
            "None means: no way from the variable to the loss was seen.",
        ),
    ],
)

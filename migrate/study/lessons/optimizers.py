"""Lesson: optimizers, losses and gradients."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="optimizers",
    line="minimize(loss) became a tape and apply_gradients, with other defaults",
    changed="A TF1 optimizer adds ops to the graph: `minimize(loss)` returns one op that computes the gradients and "
    "applies them; running it is one step. In TF2 a `GradientTape` records what is computed inside it, "
    "`tape.gradient` differentiates, and `apply_gradients` changes the variables; Keras's `fit` does all of it.",
    why="With a tape, a step is an ordinary function. But the defaults differ: TF1's Adam adds 1e-8 in the "
    "denominator, Keras's adds 1e-7; for RMSProp it is 1e-10 and 1e-7; and a Keras loss expects probabilities where "
    "TF1's ops take logits. Code ported line by line trains, but with different results.",
    pairs=[
        CodePair("mnist:make_optimizer", "mnist:make_optimizer"),
        CodePair("head:add_head", "train:train"),
        CodePair("train:take_step", "train:train"),
        CodePair("fine_tune:add_descent", "fine_tune:gradient_function"),
    ],
    breaks=[
        Break(
            "expecting the same defaults",
            "print(tf.compat.v1.train.AdamOptimizer()._epsilon, tf.keras.optimizers.Adam().epsilon)\n"
            "print(tf.compat.v1.train.RMSPropOptimizer(0.1)._epsilon, tf.keras.optimizers.RMSprop().epsilon)",
            "1e-08 1e-07\n1e-10 1e-07",
            "Set epsilon on both sides. Where gradients are small, it determines the step size.",
        ),
        Break(
            "passing logits to a Keras loss",
            "logits, label = tf.constant([[4.0, 1.0]]), tf.constant([[1.0, 0.0]])\n"
            "print(round(float(tf.nn.softmax_cross_entropy_with_logits(label, logits)[0]), 4))\n"
            "print(round(float(tf.keras.losses.CategoricalCrossentropy()(label, logits)), 4))",
            "0.0486\n0.2231",
            "No error. Set `from_logits=True`, or end with a softmax layer, but not both.",
        ),
        Break(
            "passing a tensor to `minimize`",
            "v = tf.Variable(1.0)\ntf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(v * v)",
            "RuntimeError: `loss` passed to Optimizer.compute_gradients should be a function when eager execution "
            "is enabled.",
            "A tensor does not know how it was computed. Pass a function, or use a tape.",
        ),
        Break(
            "computing the loss outside the tape",
            "v = tf.Variable(1.0)\n"
            "loss = v * v\n"
            "with tf.GradientTape() as tape:\n"
            "    pass\n"
            "print(tape.gradient(loss, v))",
            "None",
            "What no tape recorded has no gradient. `apply_gradients` raises an error, or only warns if some gradients "
            "exist.",
        ),
        Break(
            "changing a learning rate that is a Python number",
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
            "The graph contains the first number. Keep it in a variable, as Keras's optimizers do: "
            "`optimizer.learning_rate.assign(...)`.",
        ),
    ],
    figures=[
        QuotedFigure(
            "1.3e-5",
            "of its value: by this much 1 - beta_2 differs between TF1, which computes it in float32, and Keras 3, "
            "which uses Python, for a beta_2 of 0.999",
            "docs/results.md",
            "poets parity --task mnist",
        ),
        QuotedFigure(
            "7e-14",
            "is the largest difference of the beginner lab's losses, weights and probabilities after 940 steps in "
            "float64, with the same numbers on both sides",
            "docs/results.md",
            "poets parity --task mnist",
        ),
    ],
    see=[
        See("poets parity --task mnist --epochs 1", "Adam on both sides in lockstep"),
        See(
            "poets sweep --learning_rate 0.005 0.01 1.0 --how_many_training_steps 500 --seeds 2 --architecture "
            "mobilenet_painted",
            "how much the learning rate matters, and how much is chance",
        ),
    ],
    questions=[
        Question(
            "What differs between TF1's Adam and Keras's Adam by default?",
            ["beta_1", "epsilon", "Nothing"],
            1,
            "1e-8 and 1e-7.",
        ),
        Question(
            "A network that ends in logits is trained with Keras's CategoricalCrossentropy(). What happens?",
            ["It trains on a wrong loss, without a message", "Keras detects the logits", "An exception"],
            0,
            "from_logits is False by default.",
        ),
        Question(
            "What does tape.gradient return for a loss computed before the tape was opened?",
            ["An exception", "Zero", "None"],
            2,
            "None means that the tape recorded no path from the variable to the loss.",
        ),
    ],
)

"""The homework's thirteen questions, each with a short answer and a command that shows it."""

from typing import List, NamedTuple

SOURCE = (
    "The questions are those of week 5 of the course MIDS W251 in its TX2 version (MIDS-scaling-up/v2, "
    "week05/hw/README.md, until the TF1 half was removed in February 2021). Students' copies, such as "
    "h-yuc/w251-hw, hw5/README.md, keep all thirteen with their numbers; the course's later list has other questions. "
    "The questions are given in our words. Figures for a TX2 and for ImageNet come from the sources named with "
    "them; poets measured those after 'Here' on TensorFlow 2.21."
)


class HomeworkQuestion(NamedTuple):
    number: int
    """From 1, as on the sheet."""
    subject: str
    """The question, in our words."""
    answer: str
    figures: str
    """Measurements and their sources; empty if there are none."""
    command: str
    """A command that shows it; empty if there is none."""


QUESTIONS: List[HomeworkQuestion] = [
    HomeworkQuestion(
        1,
        "What TensorFlow is, and who contributes most to it",
        "A library for computing with tensors: a program is a graph of ops, built beforehand (TF1) or "
        "traced from Python (TF2), differentiated automatically and run on CPUs, GPUs and TPUs. It is "
        "open source. Google created it and still contributes most.",
        "",
        "poets --version -v",
    ),
    HomeworkQuestion(
        2,
        "What TensorRT is, and how it differs from TensorFlow",
        "NVIDIA's compiler and runtime for trained networks: it fuses layers, selects kernels for the "
        "exact GPU, and computes in 16 or 8 bits where allowed. It does not train, and runs only on "
        "NVIDIA's GPUs; TensorFlow trains and runs networks on any machine, but more slowly.",
        "On a TX2, mobilenet_v1_0.5_160: 16.9 ms per photo in TensorFlow, 4.0 in TensorRT, both float32; "
        "Inception v3 98.4 and 46.1, in float16 26.3 (NVIDIA-AI-IOT/tf_to_trt_image_classification). "
        "The TX2 has no fast 8-bit arithmetic.",
        "poets port tf1/graph.pb --to onnx --output ported",
    ),
    HomeworkQuestion(
        3,
        "What ImageNet is: how many pictures, how many classes",
        "A collection of about 14 million photos, sorted by more than 20,000 nouns of WordNet. Networks, "
        "including these, are trained and compared on the part from the competition of 2012: 1.28 "
        "million photos of 1000 classes. TensorFlow's own networks have 1001 outputs: the first means "
        "none of the classes.",
        "",
        "poets inspect mobilenet_v1_0.25_128_frozen.pb",
    ),
    HomeworkQuestion(
        4,
        "How MobileNet and GoogLeNet (Inception) differ",
        "MobileNet is one chain of depthwise separable convolutions (each channel is filtered separately, "
        "then a 1x1 convolution mixes the channels), with two parameters: width and picture size. "
        "Inception's blocks run convolutions of several sizes in parallel and concatenate their outputs. "
        "MobileNet is small and fast, Inception is larger and more accurate.",
        "ImageNet top-1: MobileNet v1 1.0_224 70.9 % with 4.24 million parameters, 0.25_128 41.5 % with "
        "0.47 million (tensorflow/models, mobilenet_v1.md); Inception v3 78.0 % (slim) with 23.9 "
        "million (Keras).",
        "poets inspect tf1/graph.pb",
    ),
    HomeworkQuestion(
        5,
        "What a bottleneck is",
        "The output of the last layer but one for a photo: the few hundred or thousand numbers that are "
        "the last layer's only input, 2048 for Inception v3, 1001 for this task's MobileNets. They "
        "distinguish even classes that the network was never trained on. They are computed once per "
        "photo and cached.",
        "",
        "poets retrain legacy --image_dir flowers --architecture mobilenet_painted "
        "--how_many_training_steps 100 --bottleneck_dir bottlenecks",
    ),
    HomeworkQuestion(
        6,
        "How a bottleneck differs from freezing layers",
        "Freezing means that training does not change some layers; they are still computed at every "
        "step. Caching bottlenecks goes further: frozen layers return the same output for the same photo, "
        "so it need not be computed again. This holds only while photo and layers do not change: not with "
        "random distortions (`--flip_left_right`), and not when layers are unfrozen (`--fine_tune`).",
        "",
        "poets retrain modern --image_dir flowers --architecture mobilenet_painted "
        "--how_many_training_steps 500 --fine_tune",
    ),
    HomeworkQuestion(
        7,
        "Where the earlier layers came from, and how they were used",
        "They were trained on ImageNet and downloaded as a frozen graph. Every photo runs through them "
        "once, and its bottleneck is cached; only a new layer with a softmax is trained on the "
        "bottlenecks. At the end it is appended to the old layers, so that the result takes photos.",
        "",
        "poets inspect tf1/graph.pb --labels tf1/labels.txt",
    ),
    HomeworkQuestion(
        8,
        "A learning rate of 0.005: its effect on precision and on time",
        "Precision is the same within chance, and so is the time, as a step takes the same time at any "
        "rate. A lower rate only needs more steps to get as far; 4000 are enough.",
        "On a TX2, 4000 steps, mobilenet_0.50_224: 89.2 % in 872 s, against 89.8 % in 869 s at 0.01; "
        "with 362 test photos the standard error is 1.6 points (byrnejga/MIDS-W251). Here, 500 steps on "
        "painted flowers, 5 seeds: 71.9 % [70.9 to 72.8] at 0.005, 70.5 % [69.0 to 72.2] at 0.01, of "
        "158 test photos.",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 500 "
        "--seeds 5 --testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        9,
        "A learning rate of 1.0: whether the graph is still usable",
        "Yes, but its accuracy may be a few points lower. The loss jumps from step to step, and the last "
        "step may be a bad one, so runs differ more. But one layer with a softmax has no bad local "
        "minimum to end in.",
        "On a TX2: 88.4 % in 834 s (byrnejga/MIDS-W251); others report 86.5 to 90 %. Here: 62.9 % [58.9 "
        "to 66.5] at 1.0, 70.5 % [69.0 to 72.2] at 0.01, as above; on 600 photos of flowers both 68.3 % "
        "(docs/results.md).",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --learning_rate 0.01 1.0 "
        "--how_many_training_steps 500 --seeds 5 --testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        10,
        "Your own photos: how accurate, and whether a few are enough",
        "A few dozen per class are enough if the classes look different, as only one layer is trained. "
        "But a small test is imprecise: with 20 test photos, one photo more or less is 5 points.",
        "Here, five kinds of painted flowers, 20 % by chance: with 30 photos per kind, some 13 of them "
        "for training, 65 % of 60 test photos are right (52 to 76 % with 95 % confidence); with 80 per "
        "kind, some 37 for training, 70.5 % of 158.",
        "poets demo --show few --photos_per_class 30 && poets sweep --image_dir few --architecture "
        "mobilenet_painted --learning_rate 0.01 --how_many_training_steps 500 --seeds 5 "
        "--testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        11,
        "The script on the CPU: how long, and why",
        "About as long as on the GPU, for two opposite reasons: the CPU needs longer for the bottlenecks, "
        "which are most of the computation, and less for the steps, where one small matrix is not worth "
        "the transfer to the GPU and back.",
        "On a TX2, mobilenet_0.50_224, 4000 steps: CPU 863 s, GPU 869 s; of these for 3670 bottlenecks "
        "259 and 101 s, and per step 0.147 and 0.183 s (byrnejga/MIDS-W251). The command needs a GPU; "
        "it shows the two times separately.",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --device cpu gpu "
        "--how_many_training_steps 500",
    ),
    HomeworkQuestion(
        12,
        "The same with inception_v3: whether CPU and GPU differ",
        "It depends on whether the bottlenecks are cached already. They are most of the work, and the GPU "
        "computes them several times as fast; the steps after them are as before, and somewhat faster on "
        "the CPU. So the GPU wins the first run, the CPU a later one with cached bottlenecks.",
        "On a TX2: CPU 46 min 23 s, of which 29 min 52 s for bottlenecks; GPU 30 min 51 s "
        "(byrnejga/MIDS-W251). CPU 1014 s, GPU 1323 s, which does not say whether bottlenecks were cached "
        "(h-yuc/w251-hw). The command needs a GPU.",
        "poets sweep --image_dir flowers --architecture inception_v3 --device cpu gpu --how_many_training_steps 500",
    ),
    HomeworkQuestion(
        13,
        "Which flags label_image needs for an Inception v3",
        "`--input_layer=Mul --input_height=299 --input_width=299`: `Mul` is where the graph of 2015 takes "
        "its normalised picture. TensorBoard shows it, with its shape, as the node before the first "
        "convolution. `poets label` finds it automatically.",
        "",
        "poets label --graph tf1/graph.pb --labels tf1/labels.txt --input_layer Mul --input_height 299 "
        "--input_width 299 flowers/daisy",
    ),
]

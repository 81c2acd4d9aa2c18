"""The homework's thirteen questions, each with a short answer and the command that shows it."""

from typing import List, NamedTuple

SOURCE = (
    "The questions are those of week 5 of the course MIDS W251 in its TX2 version (MIDS-scaling-up/v2, "
    "week05/hw/README.md, until the TF1 half was taken out in February 2021). All thirteen and their numbers "
    "are kept in students' copies, such as h-yuc/w251-hw, hw5/README.md; the course's later list has others. "
    "What is asked stands here in our words. Figures of a TX2 and of ImageNet are other people's, named with "
    "them; those after 'Here' were measured by poets on TensorFlow 2.21."
)


class HomeworkQuestion(NamedTuple):
    number: int
    subject: str
    """What is asked, in our words."""
    answer: str
    figures: str
    """What was measured, by whom; empty where nothing was."""
    command: str


QUESTIONS: List[HomeworkQuestion] = [
    HomeworkQuestion(
        1,
        "What TensorFlow is, and who contributes most to it",
        "A library for computing with tensors: a program is a graph of ops, written down first (TF1) or "
        "traced from Python (TF2), differentiated automatically and run on CPUs, GPUs and TPUs. It is "
        "open source; it comes from Google, which still contributes most.",
        "",
        "poets --version -v",
    ),
    HomeworkQuestion(
        2,
        "What TensorRT is, and what sets it apart from TensorFlow",
        "NVIDIA's compiler and runtime for networks that are trained already: it fuses layers, chooses "
        "kernels for the very GPU, and computes in 16 or 8 bits where allowed. It does not train and "
        "runs on NVIDIA's GPUs only; TensorFlow does both, anywhere, and more slowly.",
        "On a TX2, mobilenet_v1_0.5_160: 16.9 ms a photo in TensorFlow, 4.0 in TensorRT, both float32; "
        "Inception v3 98.4 and 46.1, in float16 26.3 (NVIDIA-AI-IOT/tf_to_trt_image_classification). "
        "The TX2 has no fast 8-bit arithmetic.",
        "poets port tf1/graph.pb --to onnx --output ported",
    ),
    HomeworkQuestion(
        3,
        "What ImageNet is: how many pictures, how many classes",
        "A collection of photos sorted under the nouns of WordNet: about 14 million, under more than "
        "20,000 nouns. The part that networks are compared by, and that these were trained on, is the "
        "competition's of 2012: 1.28 million photos of 1000 classes. TensorFlow's own networks give "
        "1001: the first is for none of them.",
        "",
        "poets inspect mobilenet_v1_0.25_128_frozen.pb",
    ),
    HomeworkQuestion(
        4,
        "How MobileNet and GoogLeNet (Inception) differ",
        "MobileNet is one chain of depthwise separable convolutions (each channel filtered by itself, "
        "then channels mixed by a 1x1 convolution), with two knobs: width and picture size. Inception "
        "lays convolutions of several sizes beside each other in blocks and joins what they give. The "
        "first is small and quick, the second larger and right more often.",
        "ImageNet top-1: MobileNet v1 1.0_224 70.9 % with 4.24 million parameters, 0.25_128 41.5 % with "
        "0.47 million (tensorflow/models, mobilenet_v1.md); Inception v3 78.0 % (slim) with 23.9 "
        "million (Keras).",
        "poets inspect tf1/graph.pb",
    ),
    HomeworkQuestion(
        5,
        "What a bottleneck is",
        "The few hundred or thousand numbers that the last layer but one makes of a photo, all that the "
        "last layer gets to see: 2048 for Inception v3, 1001 for this task's MobileNets. They tell "
        "classes apart that the network was never trained on, and are computed once for each photo and "
        "kept.",
        "",
        "poets retrain legacy --image_dir flowers --architecture mobilenet_painted "
        "--how_many_training_steps 100 --bottleneck_dir bottlenecks",
    ),
    HomeworkQuestion(
        6,
        "How a bottleneck differs from freezing layers",
        "Freezing says that training does not change some layers; they are still computed at every "
        "step. Keeping bottlenecks goes further: frozen layers give the same for the same photo, so "
        "they need not be computed again. That holds only while photo and layers stay: not with random "
        "distortions (`--flip_left_right`), and not when layers are unfrozen (`--fine_tune`).",
        "",
        "poets retrain modern --image_dir flowers --architecture mobilenet_painted "
        "--how_many_training_steps 500 --fine_tune",
    ),
    HomeworkQuestion(
        7,
        "Where the earlier layers came from, and how they were used",
        "They were trained on ImageNet and downloaded as a frozen graph. Every photo runs through them "
        "once, and its bottleneck is kept; only a new matrix with a softmax is trained on those. At the "
        "end it is put behind the old layers, and the result takes photos.",
        "",
        "poets inspect tf1/graph.pb --labels tf1/labels.txt",
    ),
    HomeworkQuestion(
        8,
        "A learning rate of 0.005: what it does to precision, and to time",
        "Precision is the same within chance, and so is the time: a step costs what it costs. A lower "
        "rate only needs more steps to get as far; 4000 are enough for it.",
        "On a TX2, 4000 steps, mobilenet_0.50_224: 89.2 % in 872 s, against 89.8 % in 869 s at 0.01; "
        "with 362 test photos the standard error is 1.6 points (byrnejga/MIDS-W251). Here, 500 steps on "
        "painted flowers, 5 seeds: 71.9 % [70.9 to 72.8] at 0.005, 70.5 % [69.0 to 72.2] at 0.01, of "
        "158 test photos.",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 500 "
        "--seeds 5 --testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        9,
        "A learning rate of 1.0: is the graph still usable",
        "Yes, but it may be some points worse. The loss jumps from step to step, and the last step may "
        "be a bad one, so runs differ more; yet one layer with a softmax has no bad valley to end in.",
        "On a TX2: 88.4 % in 834 s (byrnejga/MIDS-W251); others report 86.5 to 90 %. Here: 62.9 % [58.9 "
        "to 66.5] at 1.0, 70.5 % [69.0 to 72.2] at 0.01, as above; on 600 photos of flowers both 68.3 % "
        "(docs/results.md).",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --learning_rate 0.01 1.0 "
        "--how_many_training_steps 500 --seeds 5 --testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        10,
        "Photos of one's own: how accurate, and are a few enough",
        "A few dozen a class are enough where the classes look different, since only one layer is "
        "trained. What a small test says is vague, though: of 20 test photos, one more or less is 5 "
        "points.",
        "Here, five kinds of painted flowers, 20 % by chance: of 30 a kind, some 13 of them to train "
        "on, 65 % of 60 test photos are right (52 to 76 % with 95 % confidence); of 80 a kind, some 37 "
        "to train on, 70.5 % of 158.",
        "poets demo --show few --photos_per_class 30 && poets sweep --image_dir few --architecture "
        "mobilenet_painted --learning_rate 0.01 --how_many_training_steps 500 --seeds 5 "
        "--testing_percentage 40 --validation_percentage 15",
    ),
    HomeworkQuestion(
        11,
        "The script on the CPU: how long, and why",
        "About as long as on the GPU, for two opposite reasons: the CPU takes longer for the "
        "bottlenecks, which are real work, and less for the steps, since one small matrix is not worth "
        "the way to the GPU and back.",
        "On a TX2, mobilenet_0.50_224, 4000 steps: CPU 863 s, GPU 869 s; of these for 3670 bottlenecks "
        "259 and 101 s, and for a step 0.147 and 0.183 s (byrnejga/MIDS-W251). The command needs a GPU; "
        "it gives the two times apart.",
        "poets sweep --image_dir flowers --architecture mobilenet_painted --device cpu gpu "
        "--how_many_training_steps 500",
    ),
    HomeworkQuestion(
        12,
        "The same with inception_v3: do CPU and GPU differ",
        "Now it depends on whether bottlenecks are there already. They are most of the work, and the "
        "GPU is several times as fast at them; the steps that follow are as before, and rather quicker "
        "on the CPU. So the first run favours the GPU, a later one with kept bottlenecks the CPU.",
        "On a TX2: CPU 46 min 23 s, of which 29 min 52 s for bottlenecks; GPU 30 min 51 s "
        "(byrnejga/MIDS-W251). CPU 1014 s, GPU 1323 s, without a word on kept bottlenecks "
        "(h-yuc/w251-hw). The command needs a GPU.",
        "poets sweep --image_dir flowers --architecture inception_v3 --device cpu gpu --how_many_training_steps 500",
    ),
    HomeworkQuestion(
        13,
        "What label_image needs to be told for an Inception v3",
        "`--input_layer=Mul --input_height=299 --input_width=299`: that is where the graph of 2015 "
        "takes its normalised picture. TensorBoard shows it, as the node behind which the convolutions "
        "begin, with its shape. `poets label` finds it in the graph by itself.",
        "",
        "poets label --graph tf1/graph.pb --labels tf1/labels.txt --input_layer Mul --input_height 299 "
        "--input_width 299 flowers/daisy",
    ),
]

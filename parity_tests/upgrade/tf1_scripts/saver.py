import os, numpy as np, tensorflow as tf

def build():
    with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
        w = tf.get_variable("w", [3, 2], initializer=tf.constant_initializer(0.25))
        b = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    return x, tf.nn.xw_plus_b(x, w, b, name="y")

if not os.path.isdir("checkpoints"): os.makedirs("checkpoints")
with tf.Graph().as_default():
    x, y = build()
    train = tf.train.AdagradOptimizer(0.1).minimize(tf.reduce_sum(tf.square(y - [1.0, -1.0])))
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(6):
            sess.run(train, {x: np.arange(6).reshape(2, 3) / 5.0})
            saver.save(sess, "checkpoints/model", global_step=step, write_meta_graph=step == 5)

tf.reset_default_graph()
saver = tf.train.import_meta_graph(tf.train.latest_checkpoint("checkpoints") + ".meta")
with tf.Session() as sess:
    saver.restore(sess, tf.train.latest_checkpoint("checkpoints"))
    graph = tf.get_default_graph()
    y = graph.get_tensor_by_name("y:0")
    print(np.round(sess.run(y, {"x:0": np.eye(3)}), 6).tolist())
for name, shape in tf.contrib.framework.list_variables("checkpoints"):
    print(name, shape)
tf.saved_model  # exists

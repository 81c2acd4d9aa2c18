import numpy as np
import tensorflow as tf

feature_columns = [tf.feature_column.numeric_column("x", shape=[4])]


def my_model(features, labels, mode, params):
    net = tf.feature_column.input_layer(features, params["feature_columns"])
    logits = tf.layers.dense(net, 3, activation=None)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss)
    train_op = tf.train.AdagradOptimizer(0.1).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def main(argv):
    classifier = tf.estimator.Estimator(model_fn=my_model, params={"feature_columns": feature_columns})
    input_fn = tf.estimator.inputs.numpy_input_fn({"x": np.zeros((8, 4))}, np.zeros(8, np.int64), shuffle=False)
    classifier.train(input_fn, steps=1)


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.app.run(main)

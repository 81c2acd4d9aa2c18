# -*- coding: utf-8 -*-
# tf.app.flags, tf.logging and tf.gfile: they stand in compat.v1 too.
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_string('greeting', 'café', 'what is said')
flags.DEFINE_integer('times', 2, 'how often')
flags.DEFINE_boolean('loud', False, 'whether it is shouted')
FLAGS = flags.FLAGS


def main(unused_argv):
    tf.logging.set_verbosity(tf.logging.ERROR)
    for _ in range(FLAGS.times):
        print(FLAGS.greeting.upper() if FLAGS.loud else FLAGS.greeting)
    with tf.gfile.GFile('said.txt', 'w') as f:
        f.write(u'%s x %d\n' % (FLAGS.greeting, FLAGS.times))
    print(sorted(tf.gfile.ListDirectory('.')).count('said.txt'), tf.gfile.Stat('said.txt').length)
    value = tf.py_func(lambda a: (a * 2).astype("float32"), [tf.constant(3.0)], tf.float32)
    i, total = tf.while_loop(lambda i, t: i < 10, lambda i, t: (i + 1, t + tf.to_float(i)), [0, 0.0])
    picked = tf.cond(total > 40, lambda: tf.multiply(total, 2), lambda: total)
    with tf.train.MonitoredTrainingSession() as sess:
        print(sess.run([value, total, picked]))


if __name__ == '__main__':
    tf.app.run()

"""Input by queue runners: file names, lines, columns, batches."""
import tensorflow as tf

with open("numbers.csv", "w") as f:
    for number in range(24):
        f.write("%d,%.2f,%d\n" % (number, number / 3.0, number % 2))

filename_queue = tf.train.string_input_producer(["numbers.csv"], shuffle=False, num_epochs=1)
reader = tf.TextLineReader()
key, value = reader.read(filename_queue)
first, second, label = tf.decode_csv(value, record_defaults=[[0], [0.0], [0]])
batch = tf.train.batch([first, second, label], batch_size=6, num_threads=1, capacity=64)
total = tf.Variable(0.0, name="total")
add = tf.assign_add(total, tf.reduce_sum(batch[1]))

sess = tf.Session()
sess.run(tf.group(tf.global_variables_initializer(), tf.local_variables_initializer()))
coord = tf.train.Coordinator()
threads = tf.train.start_queue_runners(sess=sess, coord=coord)
try:
    while not coord.should_stop():
        firsts, labels, so_far = sess.run([batch[0], batch[2], add])
        print(firsts.tolist(), labels.tolist(), "%.3f" % so_far)
except tf.errors.OutOfRangeError:
    print("done")
finally:
    coord.request_stop()
coord.join(threads)
sess.close()

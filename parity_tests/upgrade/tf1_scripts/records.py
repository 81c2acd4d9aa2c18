"""TFRecords written and read back through tf.data, with a one-shot iterator."""

def write(path):
    import tensorflow as tf
    with tf.python_io.TFRecordWriter(path) as writer:
        for number in range(10):
            feature = {'value': tf.train.Feature(float_list=tf.train.FloatList(value=[number * 0.5, 1.0])),
                       'label': tf.train.Feature(int64_list=tf.train.Int64List(value=[number % 3]))}
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


def read(path):
    import tensorflow as tf
    dataset = tf.data.TFRecordDataset(path).map(lambda one: tf.parse_single_example(one, {
        'value': tf.FixedLenFeature([2], tf.float32), 'label': tf.FixedLenFeature([], tf.int64)})).batch(4)
    parsed = dataset.make_one_shot_iterator().get_next()
    values, labels = parsed['value'], parsed['label']
    counts = tf.reduce_sum(tf.one_hot(labels, 3), axis=0)
    with tf.Session() as sess:
        while True:
            try:
                print(sess.run([tf.reduce_mean(values), counts]))
            except tf.errors.OutOfRangeError:
                break


if __name__ == '__main__':
    write('numbers.tfrecord')
    read('numbers.tfrecord')

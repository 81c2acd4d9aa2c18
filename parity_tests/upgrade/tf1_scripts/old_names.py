import tensorflow as tf

a = tf.placeholder("float")
b = tf.mul(a, tf.sub(a, 1.0))
tf.scalar_summary("b", b)
merged = tf.merge_all_summaries()
for name in xrange(3):
    c = tf.pack([a, b])
writer = tf.train.SummaryWriter("/tmp/logs")
table = {}
for key, value in table.iteritems():
    print(key, unicode(value))
converter = tf.lite.TocoConverter.from_session

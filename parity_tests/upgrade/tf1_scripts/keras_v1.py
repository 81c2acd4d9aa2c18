"""tf.keras of TensorFlow 1.15, with a Session of one's own."""
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense
from tensorflow.keras import backend as K

random = np.random.RandomState(11)
given = random.uniform(size=(40, 5)).astype(np.float32)
wanted = given.sum(1, keepdims=True)
model = tf.keras.Sequential([Dense(8, activation='tanh', input_shape=(5,)), Dense(1)])
model.compile(optimizer=tf.keras.optimizers.SGD(lr=0.1), loss='mse')
model.set_weights([random.normal(0, .4, weights.shape) for weights in model.get_weights()])
history = model.fit(given, wanted, epochs=3, batch_size=8, shuffle=False, verbose=0)
print(['%.5f' % loss for loss in history.history['loss']])
sess = K.get_session()
print(np.round(sess.run(model.output, {model.input: given[:3]}), 5).tolist())

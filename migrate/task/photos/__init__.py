"""The task's photos: what a file is, which split it is in, how it is distorted, and the cache of its bottlenecks. No pixel is decoded by TensorFlow here."""

"""The task's photos: file headers, splits, distortions, TF1's resize, and the bottleneck cache. No TensorFlow here."""

# The modern side on a TX2 with JetPack 4.6.1 or later: NVIDIA's TensorFlow 2.7.0 and what poets needs beside it.
# `poets containers` prints the line that builds it; the checkout itself is mounted, not copied.
FROM nvcr.io/nvidia/l4t-tensorflow:r32.7.1-tf2.7-py3

# --no-deps: every package is named and pinned there, and nothing may bring another TensorFlow or protobuf
COPY requirements-tx2.txt /tmp/requirements-tx2.txt
RUN python3 -m pip install --no-cache-dir pip==21.3.1 \
    && python3 -m pip install --no-cache-dir --no-deps -r /tmp/requirements-tx2.txt

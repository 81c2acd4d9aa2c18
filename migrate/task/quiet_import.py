"""Import TensorFlow without the dozen log lines that its C++ side writes before logging can be configured."""

import contextlib
import os
import sys
import tempfile
from typing import Iterator


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Suppress output to fd 2 in the block; show it if the block raises or POETS_TF_LOGS is set.

    TF_CPP_MIN_LOG_LEVEL is read once, at import; TensorFlow 2.16 and later log even before that.
    """
    if os.environ.get("POETS_TF_LOGS"):
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        real = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except KeyboardInterrupt:
            raise  # what TensorFlow said until then is no news
        except BaseException:
            os.dup2(real, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)

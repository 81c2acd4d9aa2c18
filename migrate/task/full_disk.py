"""Recognize a full disk, which TensorFlow reports by the error that it also uses for memory."""

import errno
from typing import Optional

CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # full, over the user's quota, over a file-size limit
SIGNS = ("No space left on device", "Disk quota exceeded", "File too large")  # strerror(3) of these


def why_full(error: BaseException) -> Optional[str]:
    """What is full, in the system's words; None if the error has another cause."""
    if isinstance(error, OSError) and error.errno in CODES:
        return error.strerror
    return next((sign for sign in SIGNS if sign in str(error)), None)

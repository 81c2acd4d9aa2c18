"""Recognize that memory or a disk ran out, which TensorFlow and CUDA's libraries say in several ways."""

import errno
from typing import Optional

# Messages of CUDA's libraries in out-of-memory errors that TensorFlow does not call ResourceExhaustedError.
SIGNS = (
    "OOM when allocating",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "failed to allocate",
)


DISK_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # full, over the user's quota, over a file-size limit
DISK_SIGNS = ("No space left on device", "Disk quota exceeded", "File too large")  # strerror(3) of these


def why_full(error: BaseException) -> Optional[str]:
    """What of the disk is full, in the system's words; None if the error has another cause.

    TensorFlow reports it by the error that it also uses for memory.
    """
    if isinstance(error, OSError) and error.errno in DISK_CODES:
        return error.strerror
    return next((sign for sign in DISK_SIGNS if sign in str(error)), None)


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error means out of memory. TensorFlow's is recognized by name, as TensorFlow is not imported here."""
    if why_full(error) is not None:
        return False  # a disk, by the same name
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or any(sign in str(error) for sign in SIGNS)
    )


def reason_of(error: BaseException) -> str:
    """The most informative line of an error, truncated."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    line = next((line for line in lines if any(sign in line for sign in SIGNS)), lines[0])
    return line[line.find("OOM when") :].split(" on /job")[0][:120] if "OOM when" in line else line[:120]

"""The resources that a run may use and has used: the device, and how many photos are computed at once.

If memory runs out, the batch is halved and the same step is retried, down to one photo. Only the number of photos
computed at once changes, never the mathematics: features are computed photo by photo anyway, a training step takes
the mean of its parts' gradients, weighted by their sizes, and an evaluation combines the logits of all its photos.
The results equal those of the whole batch except for rounding.
"""

from typing import Any, Callable, Dict, Optional

import numpy as np

from poets.migrate.task.errors import BadInput, BrokenEnvironment, OutOfMemory
from poets.migrate.task.out_of_memory import ran_out_of_memory, reason_of

DEVICES = ("auto", "cpu", "gpu")
WORK = {
    "bottlenecks": "bottlenecks of",
    "training": "a training step on",
    "evaluation": "an evaluation of",
    "fine-tuning": "a step of fine-tuning on",
}


class Resources:
    """The resources that a run may use, and those it used.

    Args:
        device: str, one of `DEVICES`. Defaults to TensorFlow's choice.
        gpu_memory_mb: int, limit of GPU memory in MB (2**20 bytes). Defaults to no limit.
        retry: bool, whether to halve the batch if memory runs out. Defaults to True.
        warn: called with one line per halving.

    Raises:
        BadInput: ``gpu_memory_mb`` is below 1.
    """

    def __init__(
        self,
        device: str = "auto",
        gpu_memory_mb: Optional[int] = None,
        retry: bool = True,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        if gpu_memory_mb is not None and gpu_memory_mb < 1:
            raise BadInput(f"--gpu_memory_mb: {gpu_memory_mb} is below 1")
        self.device, self.gpu_memory_mb, self.retry, self.warn = device, gpu_memory_mb, retry, warn
        self.gpu = ""  # the model and compute capability of the GPU that may compute; empty if there is none
        self.devices: Dict[str, str] = {}  # kind of work -> TensorFlow's name of its device
        self.batches: Dict[str, int] = {}  # kind of work -> the largest batch that fitted
        self.gave_up: Optional[OutOfMemory] = None
        self._limits: Dict[str, int] = {}

    def attempt(self, work: str, count: int, compute: Callable[[int], Any]) -> Any:
        """Return ``compute(size)``, where ``size`` is how many of ``count`` photos to compute at once.

        Args:
            work: one of `WORK`.
            count: int, photos of the whole batch.
            compute: called again with half the size if it runs out of memory; it must then start over.

        Raises:
            OutOfMemory: not even one photo fits, or retrying is off.
        """
        self.gave_up = None
        while True:
            size = min(count, self._limits.get(work, count))
            try:
                found = compute(size)
            except Exception as error:
                if self.gave_up is not None:  # raised in a TensorFlow thread, which renames errors
                    raise self.gave_up
                if not ran_out_of_memory(error):
                    raise
                self._halve(work, size, reason_of(error))
                continue
            self.batches[work] = max(size, self.batches.get(work, 0))
            return found

    def map(self, work: str, rows: Any, compute: Callable[[Any], np.ndarray], most: Optional[int] = None) -> np.ndarray:
        """``compute`` of all rows, in parts if they do not fit at once, joined along the first axis.

        Args:
            work: one of `WORK`.
            rows: a list, array or tensor of N rows.
            compute: some rows -> array [their count, ...].
            most: int, the most rows that ``compute`` accepts at once. Defaults to all.
        """

        def in_parts(size: int) -> np.ndarray:
            if size >= len(rows):
                return compute(rows)
            return np.concatenate([compute(rows[start : start + size]) for start in range(0, len(rows), size)])

        return np.asarray(self.attempt(work, min(len(rows), most or len(rows)), in_parts))

    def ran_on(self, work: str, device: str) -> None:
        """Record the device that did some work, and check that it is the requested one.

        Raises:
            BrokenEnvironment: it is another device.
        """
        self.devices[work] = device
        if self.device != "auto" and "device:" in device and self.device.upper() not in device:
            raise BrokenEnvironment(
                f"--device {self.device}: TensorFlow ran {WORK[work]} photos on {device} instead; its own "
                "log, shown under POETS_TF_LOGS=1, may say why"
            )

    def used(self) -> Dict[str, Any]:
        """The resources used, JSON-serializable, as in run records."""
        return {
            "device": self.device,
            "devices": dict(self.devices),
            "batches": dict(self.batches),
            "halved": [work for work in WORK if work in self._limits],
        }

    def _halve(self, work: str, size: int, reason: str) -> None:
        what = f"memory ran out: {WORK[work]} {size} photo{'' if size == 1 else 's'} at once"
        if size <= 1:
            self.gave_up = OutOfMemory(
                f"{what} ({reason}); close other programs, free the page cache with `poets flush`, or use "
                "a smaller network"
            )
            raise self.gave_up
        if not self.retry:
            self.gave_up = OutOfMemory(f"{what} ({reason}); without --no_retry, fewer are tried")
            raise self.gave_up
        self._limits[work] = size // 2
        self.batches.pop(work, None)
        self.warn(f"{what} ({reason}); trying {size // 2}")


def gpu_words(name: Optional[str], capability: Any) -> str:
    """A GPU's model and compute capability: its kernels, and so the last bits of numbers, depend on them.

    Args:
        name: str, such as `NVIDIA Tegra X2`; None if unknown.
        capability: (major, minor) or None.
    """
    numbers = ".".join(str(part) for part in capability) if capability else "unknown"
    return f"GPU {' '.join(str(name or 'unknown').split())}, compute capability {numbers}"


def no_gpu(version: str) -> BrokenEnvironment:
    """The error for `--device gpu` if there is no GPU."""
    return BrokenEnvironment(
        f"--device gpu: TensorFlow {version} sees no GPU here; check CUDA and its drivers with `poets "
        "doctor`, or use --device cpu"
    )

"""The wire protocol of judge and worker: frames over two pipes, each a JSON header and raw ``.npy`` payloads.

A frame is ``PWK1``, the header's length (uint32, little-endian), the header (UTF-8 JSON), then the payloads in
the order that ``header["arrays"]`` names them, each as numpy writes it. Pickle is never allowed.

A request's header has ``call``, ``arguments`` and ``number``; its answer's has the same ``number``, and ``result``, or
``error`` with ``message`` and ``exit_code``.
"""

import io
import json
import os
import struct
import sys
import traceback
from typing import Any, BinaryIO, Callable, Dict, NamedTuple, Tuple

import numpy as np

from poets.migrate.task.errors import OutOfMemory, PoetsError, WorkerFailed
from poets.migrate.task.out_of_memory import ran_out_of_memory, reason_of
from poets.migrate.task.worker.hang_up import end_with_judge

MAGIC = b"PWK1"
MAX_HEADER = 64 << 20  # bytes
MAX_PAYLOAD = 8 << 30  # bytes


class Frame(NamedTuple):
    header: Dict[str, Any]
    """As the module's docstring lists it."""
    arrays: Dict[str, np.ndarray]
    """Name -> array of any shape and dtype except objects, in the header's order."""


# What a handler returns: a JSON-serializable result and named arrays.
Answer = Tuple[Dict[str, Any], Dict[str, np.ndarray]]


class BrokenFrame(Exception):
    """The bytes on the pipe are not a frame; the message shows them."""


def write_frame(stream: BinaryIO, header: Dict[str, Any], arrays: Dict[str, np.ndarray]) -> None:
    """Write one frame and flush. ``header`` must be JSON-serializable; ``arrays`` must not hold objects."""
    payloads = []
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array), allow_pickle=False)
        payloads.append((name, buffer.getvalue()))
    listed = [{"name": name, "bytes": len(payload)} for name, payload in payloads]
    encoded = json.dumps(dict(header, arrays=listed)).encode("utf-8")
    stream.write(MAGIC + struct.pack("<I", len(encoded)) + encoded)
    for _, payload in payloads:
        stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame:
    """Read one frame.

    Raises:
        EOFError: the stream ended before a frame began.
        BrokenFrame: the bytes are not a frame, or the frame is truncated.
    """
    start = stream.read(len(MAGIC) + 4)
    if not start:
        raise EOFError("the stream ended")
    if start[:4] != MAGIC:
        raise BrokenFrame(f"it wrote {(start + _peek(stream))[:60]!r} where an answer should begin")
    length = struct.unpack("<I", start[4:])[0] if len(start) == 8 else MAX_HEADER + 1
    if length > MAX_HEADER:
        raise BrokenFrame(f"a header of {int(length)} bytes")
    try:
        header = json.loads(_exactly(stream, length).decode("utf-8"))
        listed = header.pop("arrays")
        arrays = {}
        for entry in listed:
            if not 0 <= entry["bytes"] <= MAX_PAYLOAD:
                raise BrokenFrame(f"a payload of {int(entry['bytes'])} bytes")
            arrays[entry["name"]] = np.load(io.BytesIO(_exactly(stream, entry["bytes"])), allow_pickle=False)
    except BrokenFrame:
        raise
    except Exception as error:  # corrupt bytes raise a dozen types, also EOFError and MemoryError
        raise BrokenFrame(f"a frame that cannot be read: {error}")
    return Frame(header, arrays)


def _peek(stream: BinaryIO) -> bytes:
    peek = getattr(stream, "peek", None)
    return peek()[:60] if peek is not None else b""


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise BrokenFrame(f"a frame that ends after {len(data)} of {count} bytes")
    return data


def take_stdout() -> BinaryIO:
    """Move the real stdout away and point fd 1 at stderr, so that no log line can break the frames.

    Call it before importing TensorFlow, whose C++ side writes to fd 1 and 2 directly.
    """
    sys.stdout.flush()
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return frames


def serve(handlers: Dict[str, Callable[..., Answer]], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until ``requests`` ends or the call is `stop`.

    A handler is called with the request's arguments and arrays as keywords. An error in a handler is sent
    back, not fatal: the judge decides what to do. If the judge hangs up during a call, the process ends.
    """
    end_with_judge(requests)

    def answer(header: Dict[str, Any], arrays: Dict[str, np.ndarray]) -> None:
        write_frame(answers, dict(header, number=request.header.get("number")), arrays)

    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        call = str(request.header.get("call"))
        if call == "stop":
            answer({"result": {}}, {})
            return
        try:
            result, arrays = handlers[call](**dict(request.header.get("arguments", {}), **request.arrays))
        except PoetsError as error:
            answer({"error": {"message": str(error), "exit_code": error.exit_code}}, {})
        except Exception as error:  # a worker survives any failing request
            traceback.print_exc(file=sys.stderr)
            message = f"{type(error).__name__} in '{call}': " + str(error).split("\n")[0]
            code = WorkerFailed.exit_code
            if ran_out_of_memory(error):
                message, code = f"out of memory in '{call}' ({reason_of(error)})", OutOfMemory.exit_code
            answer({"error": {"message": message, "exit_code": code}}, {})
        else:
            answer({"result": result}, arrays)

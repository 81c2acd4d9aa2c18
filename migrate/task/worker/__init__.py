"""The protocol between the judge and a twin's worker process: frames, calls, start and end of a worker."""

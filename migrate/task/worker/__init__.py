"""How the judge and a twin's worker process talk: frames, calls, and how a worker starts and ends."""

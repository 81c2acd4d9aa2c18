"""The protocol between the judge and a twin's worker process: frames, calls, start and end of a worker.

Starting workers and checking their answers is the judge's: `poets.migrate.judge.sides`.
"""

"""`python -m repscape._worker` is a process that computes for another one; see `machine/_frames.py` for how they talk."""

from .machine import serve

if __name__ == "__main__":
    serve()

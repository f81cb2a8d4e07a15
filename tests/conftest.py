"""Properties are tried on the same examples in every run of the suite, on fresh ones in `make deep`; a slow machine fails no test."""

import signal

from hypothesis import settings

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and so would every child process

settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("fresh", database=None, deadline=None, print_blob=True)
settings.load_profile("same")

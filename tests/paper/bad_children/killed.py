"""A child that dies in the middle of every page, as a broken library dies."""

import os
import signal
import sys

from feedback_app.paper.opening import Grey, Layouts, serve
from feedback_app.paper.reading import PageReading


def die(_grey: Grey, _layouts: Layouts) -> PageReading:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


if __name__ == "__main__":
    serve(die, lambda grey: [grey], sys.argv[1:])

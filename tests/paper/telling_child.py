"""A child that tells what it finds in its environment."""

import os
import sys

from feedback_app.paper.opening import Grey, Layouts, serve
from feedback_app.paper.reading import PageReading

# The last is what OpenCV sets for itself.
EXPECTED = {"PYTHONUTF8", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LC_CTYPE", "LD_LIBRARY_PATH"}


def tell(_grey: Grey, _layouts: Layouts) -> PageReading:
    code = " ".join(sorted(set(os.environ) - EXPECTED))
    return PageReading("unidentified", code, (), (), None, b"", b"", 1)


if __name__ == "__main__":
    serve(tell, lambda grey: [grey], sys.argv[1:])

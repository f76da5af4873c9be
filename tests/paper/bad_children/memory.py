"""A child that takes all the memory it can, without catching what comes of it."""

import sys

from feedback_app.paper.opening import Grey, Layouts, serve
from feedback_app.paper.reading import PageReading


def hoard(_grey: Grey, _layouts: Layouts) -> PageReading:
    return [bytearray(100_000_000) for _ in range(100)]  # type: ignore[return-value]


if __name__ == "__main__":
    serve(hoard, lambda grey: [grey], sys.argv[1:])

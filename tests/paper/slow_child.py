"""A child whose second page never ends."""

import sys
import time

from feedback_app.paper.opening import Grey, Layouts, serve
from feedback_app.paper.reading import PageReading, read_page

pages = 0


def read_or_hang(grey: Grey, layouts: Layouts) -> PageReading:
    global pages
    pages += 1
    if pages == 2:
        time.sleep(600)
    return read_page(grey, layouts)


if __name__ == "__main__":
    serve(read_or_hang, lambda grey: [grey], sys.argv[1:])

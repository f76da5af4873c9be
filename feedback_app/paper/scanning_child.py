"""Reads one file of scans in a process of its own; started by feedback_app.paper.scanning alone."""

import sys

import cv2

from feedback_app.paper.opening import serve
from feedback_app.paper.reading import read_page, split_sheets

if __name__ == "__main__":
    cv2.setNumThreads(1)
    serve(read_page, split_sheets, sys.argv[1:])

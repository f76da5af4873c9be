"""A child that says what is no JSON."""

import sys

sys.stdout.write('{"pages": 2}\n' + "[" * 100_000 + "\n")

"""A child that was taken over and answers for pages it was not asked about."""

import sys

sys.stdout.write('{"pages": 2}\n{"page": 7, "problem": "unreadable"}\n{"page": 0, "readings": [{"state": "form"}]}\n')

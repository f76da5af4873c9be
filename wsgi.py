"""The web application as servers and `flask --app wsgi` find it."""

import gc
import os

from config import Settings
from feedback_app.app import create_app

application = create_app(Settings.from_environ(os.environ))

# What is here now stays for good: looking through it for garbage every few requests costs 5 % of them.
gc.collect()
gc.freeze()

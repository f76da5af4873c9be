"""The web application as servers and `flask --app wsgi` find it."""

import os

from config import Settings
from feedback_app.app import create_app

application = create_app(Settings.from_environ(os.environ))

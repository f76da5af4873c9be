"""Files that commands are given, and the language Click speaks of them."""

import gettext
import os
from pathlib import Path
from typing import Final

import click

# Click asks the standard library for its sentences, some of them while a parameter is being declared. Commands speak
# Vietnamese wherever they run, as everything else they say does.
gettext.bindtextdomain("messages", str(Path(__file__).parents[1] / "translations"))
os.environ["LANGUAGE"] = "vi"

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_OR_FOLDER: Final = click.Path(exists=True, path_type=Path)

"""The example of the settings names every setting, and only settings that are read."""

import re

from config import Settings
from tests.conftest import ROOT


def example() -> dict[str, str]:
    lines = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_setting_is_explained() -> None:
    source = (ROOT / "config.py").read_text(encoding="utf-8")
    assert set(example()) == set(re.findall(r'(?:text|shown|english|number|get)\(\s*"([A-Z_]+)"', source))


def test_the_example_starts_the_service() -> None:
    settings = Settings.from_environ(example())
    assert settings.environment == "production"
    assert settings.public_url.startswith("https://")

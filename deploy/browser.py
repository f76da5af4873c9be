"""A Chromium for the tests: the machine's own, else Debian's package, else Playwright's download.

    python -m deploy.browser      make sure there is one, and say where

Tests never skip for want of a browser.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_chromium() -> str | None:
    """Path of a Chromium that starts: CHROMIUM=, PATH, or Playwright's own; None when there is none."""
    asked = os.environ.get("CHROMIUM", "").strip()
    candidates = [asked] if asked else [path for name in NAMES if (path := shutil.which(name))] + [str(MAC)]
    for candidate in candidates:
        if starts(candidate):
            return candidate
    if asked:
        return None
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if starts(own) else None


def starts(path: str) -> bool:
    """Whether it is a browser and not, say, Ubuntu's stub that asks for a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            if subprocess.run(["apt-get", "-qq", *arguments], env=quiet, check=False).returncode:
                break
        if find_chromium():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    found = find_chromium()
    if not found and not os.environ.get("CHROMIUM", "").strip():
        sys.stdout.write("Đang cài Chromium cho kiểm thử… · Installing Chromium for the tests…\n")
        sys.stdout.flush()
        install()
        found = find_chromium()
    if not found:
        sys.stderr.write(
            "Không có Chromium dùng được; hãy cài chromium hoặc chỉ rõ CHROMIUM=/đường/dẫn.\n"
            "No Chromium that starts; install chromium, or name one with CHROMIUM=/path.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

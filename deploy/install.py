"""Makes .venv and installs pinned requirements; run by any Python 3, which need not be the one installed.

    python3 deploy/install.py requirements.txt [more.txt ...]

Does nothing when these very files are installed already. An installation that was interrupted is
begun anew, because a package that was half unpacked can look whole.
"""
# Old interpreters run this file to be told that they are too old: no syntax newer than Python 3.6.

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MINIMUM = (3, 11)
NEWEST_TRIED = 20
FOREIGN_SETTINGS = (
    "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV",
    "PIP_NO_DEPS", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_BREAK_SYSTEM_PACKAGES", "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON", "UV_CONSTRAINT", "UV_PYTHON", "CONDA_PREFIX",
)  # fmt: skip


def main(requirements):
    os.chdir(str(ROOT))
    for name in FOREIGN_SETTINGS:
        os.environ.pop(name, None)
    wanted = hashlib.sha256(b"".join(Path(name).read_bytes() for name in requirements)).hexdigest()
    stamp = VENV / (".installed-" + "-".join(Path(name).stem for name in requirements))
    if stamp.exists() and stamp.read_text() == wanted and venv_works():
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with open(str(ROOT / "var" / "installing"), "a+") as unfinished:
        try:
            fcntl.flock(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stop(
                "Một lần cài đặt khác đang chạy trong thư mục này.",
                "Another installation runs in this folder.",
            )
        unfinished.seek(0)
        if unfinished.read() and VENV.is_dir() and not VENV.is_symlink():
            say(
                "Lần cài đặt trước dang dở: cài lại từ đầu.",
                "The last installation was not finished: starting anew.",
            )
            shutil.rmtree(str(VENV), ignore_errors=True)
        unfinished.write("unfinished\n")
        unfinished.flush()
        install(requirements)
        stamp.write_text(wanted)
        unfinished.truncate(0)


def install(requirements):
    files = [part for name in requirements for part in ("-r", name)]
    uv = shutil.which("uv")
    if not venv_works():
        shutil.rmtree(str(VENV), ignore_errors=True)
        make_venv(find_python(with_venv=not uv), uv)
    say(
        "Đang cài các gói cần thiết (lần đầu khoảng một phút)…",
        "Installing packages (about a minute the first time)…",
    )
    if uv and quietly([uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"] + files):
        return
    pip = [str(PYTHON), "-m", "pip"]
    if not quietly(pip + ["--version"]):
        quietly([str(PYTHON), "-m", "ensurepip"])
    pip += ["install", "-qq", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    if subprocess.call(pip + files) != 0:
        stop(
            "Cài đặt chưa xong (lý do ở trên, thường là do mạng); chạy lại đúng lệnh vừa rồi để làm tiếp.",
            "The installation did not finish (see above, mostly the network); give the same command again.",
        )


def make_venv(python, uv):
    say("Đang tạo môi trường Python trong .venv…", "Making the Python environment in .venv…")
    if uv and quietly([uv, "venv", "--quiet", "--seed", "--python", python, str(VENV)]):
        return
    if subprocess.call([python, "-m", "venv", str(VENV)]) != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        stop(
            "Không tạo được môi trường Python (lý do ở trên).",
            "The Python environment could not be made (see above).",
        )


def find_python(with_venv):
    """The interpreter named by PYTHON, else this one, else the newest on PATH that is new enough."""
    asked = os.environ.get("PYTHON", "")
    names = (
        [asked]
        if asked not in ("", "python3")
        else [sys.executable]
        + ["python{}.{}".format(MINIMUM[0], minor) for minor in range(NEWEST_TRIED, MINIMUM[1] - 1, -1)]
    )
    new_enough = [name for name in names if probe(name, "sys.version_info >= {}".format(MINIMUM))]
    complete = [name for name in new_enough if not with_venv or probe(name, "__import__('ensurepip')")]
    if complete:
        return complete[0]
    if new_enough:
        version = subprocess.check_output([new_enough[0], "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        package = "python{}-venv".format(version.decode().strip())
        stop(
            "Python thiếu mô-đun venv; trên Debian hoặc Ubuntu hãy chạy: sudo apt-get install " + package,
            "Python lacks its venv module; on Debian or Ubuntu: sudo apt-get install " + package,
        )
    stop(
        "Cần Python 3.11 trở lên, {} không dùng được; hãy cài bản mới hoặc chỉ rõ bằng PYTHON=/đường/dẫn.".format(
            names[0]
        ),
        "Python 3.11 or newer is needed, {} will not do; install one, or name it with PYTHON=/path.".format(names[0]),
    )


def probe(python, expression):
    return quietly([python, "-c", "import sys, venv; sys.exit(0 if {} else 1)".format(expression)])


def venv_works():
    return quietly([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < {})".format(MINIMUM)])


def quietly(command):
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def say(vietnamese, english):
    sys.stdout.write(vietnamese + "\n" + english + "\n")
    sys.stdout.flush()


def stop(vietnamese, english):
    sys.exit(vietnamese + "\n" + english)


if __name__ == "__main__":
    main(sys.argv[1:])

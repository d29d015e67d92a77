"""The installer as a fresh checkout meets it: run by a Python that has none of our packages."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import install
from tests.starting import ROOT, assert_one_clear_line

BARE_PYTHON = [os.path.realpath(sys.executable), "-S", "-E"]  # without site-packages, so without Django


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that are read before anything is installed."""
    (tmp_path / "config").mkdir()
    for name in ("manage.py", "pyproject.toml", "constraints.txt", "config/__init__.py", "config/install.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(checkout: Path, *arguments: str, **said: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BARE_PYTHON, "manage.py", *arguments],
        cwd=checkout,
        env=os.environ | said,
        capture_output=True,
        text=True,
        timeout=120,
    )


def put_venv(checkout: Path, *, stamp: str | None) -> None:
    """A .venv whose Python only prints what it was asked to run."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "pyvenv.cfg").touch()
    python = checkout / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "in .venv: $*"\n')
    python.chmod(0o755)
    if stamp is not None:
        (checkout / ".venv" / "installed").write_text(stamp)


@pytest.mark.parametrize("name", ["manage.py", "config/install.py", "config/__init__.py"])
def test_an_old_python_can_read_what_it_must(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(), feature_version=(3, 6))  # a SyntaxError, if it cannot
    assert isinstance(tree, ast.Module)


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 14), (2, 7, 18)])
def test_an_old_python_is_told_what_is_seen_wanted_and_to_do(version: tuple[int, int, int]) -> None:
    problem = install.python_problem(version)
    assert "\n" not in problem
    for words in (".".join(map(str, version)), "3.11 or newer", "python3.11 manage.py up"):
        assert words in problem


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_python_is_no_problem(version: tuple[int, int, int]) -> None:
    assert install.python_problem(version) == ""


@pytest.mark.parametrize("command", ["up", "test", "migrate", ""])
def test_where_the_packages_are_nothing_is_done(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    install.ensure_installed(["manage.py", command])  # else it exits, or becomes another program
    assert capfd.readouterr() == ("", "")


def test_other_commands_name_the_one_that_installs(checkout: Path) -> None:
    assert_one_clear_line(run(checkout, "migrate"), "python3 manage.py up")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("command", ["up", "test", "migrate"])
def test_a_system_python_continues_in_the_venv(checkout: Path, command: str) -> None:
    put_venv(checkout, stamp=None)
    assert run(checkout, command, "--port", "8001").stdout == f"in .venv: manage.py {command} --port 8001\n"


def test_a_place_that_cannot_hold_the_venv_is_told_in_one_line(checkout: Path) -> None:
    (checkout / ".venv").touch()
    assert_one_clear_line(run(checkout, "up"), ".venv", "could not be made")


def test_a_failure_of_pip_is_told_in_one_line_with_its_own_words(checkout: Path) -> None:
    failed = run(checkout, "up", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert failed.stdout.startswith("Installing what the tracker needs")
    assert_one_clear_line(failed, "pip could not install", "network", "ERROR:")


def test_what_failed_midway_is_installed_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_venv(checkout, stamp="unfinished")
    monkeypatch.setattr(install, "STAMP", str(checkout / ".venv" / "installed"))
    assert all(map(install.is_stale, ("up", "test", "migrate")))


def test_a_changed_lock_is_installed_by_the_commands_that_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_venv(checkout, stamp="")
    monkeypatch.setattr(install, "ROOT", str(checkout))
    monkeypatch.setattr(install, "STAMP", str(checkout / ".venv" / "installed"))
    install.write_stamp(install.lock_hash() + " dev")
    assert not any(map(install.is_stale, ("up", "test", "migrate")))
    with (checkout / "constraints.txt").open("a") as lock:
        lock.write("something==1.0\n")
    assert [install.is_stale(command) for command in ("up", "test", "migrate")] == [True, True, False]


def test_the_tests_need_more_than_the_tracker(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_venv(checkout, stamp=install.lock_hash() + " ")
    monkeypatch.setattr(install, "STAMP", str(checkout / ".venv" / "installed"))
    assert [install.is_stale(command) for command in ("up", "test")] == [False, True]


def test_a_tools_configuration_is_not_a_changed_lock(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "ROOT", str(checkout))
    before = install.lock_hash()
    with (checkout / "pyproject.toml").open("a") as project:
        project.write("\n[tool.something]\nnew = true\n")
    assert install.lock_hash() == before

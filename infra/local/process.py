"""A process in the background. It holds a lock for as long as it lives, so that nobody mistakes another one for it.

A process id alone may long belong to something else after a crash; the lock is released by the system however the
process ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local.place import Problem


@dataclass(frozen=True)
class Process:
    name: str
    folder: Path

    @classmethod
    def all(cls, folder: Path) -> list[Process]:
        """Every process that was ever started for this folder, running or not."""
        return [cls(lock.stem, folder) for lock in sorted(folder.glob("*.pid"))]

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def start(self, command: list[str], env: dict[str, str]) -> None:
        """Starts the command in a session of its own, with the lock as an open file that it inherits."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self._lock, "a+") as lock, open(self.log, "w") as log:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Problem(f"{self.name} is already running (process {self._pid()})") from None
            started = subprocess.Popen(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
            lock.truncate(0)
            lock.write(str(started.pid))

    def await_ready(self, answers: Callable[[], bool], patience: float = 60) -> None:
        """Waits until it answers; that it ends or keeps silent is a problem."""
        _wait_until(lambda: answers() or not self.running(), patience)
        if not answers():
            raise Problem(f"{self.name} {'does not answer' if self.running() else 'did not start'}; its log: {self.log}")

    def running(self) -> bool:
        try:
            with open(self._lock) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def stop(self, patience: float = 10) -> bool:
        """Ends the process and all that it started, if it runs: first asked, then killed. Tells whether it ran."""
        if not self.running():
            return False
        group = self._pid()
        _signal(group, signal.SIGTERM)
        _wait_until(lambda: not self.running(), patience)
        _signal(group, signal.SIGKILL)  # whoever did not listen, or was left by one who did
        if not _wait_until(lambda: not self.running(), patience):
            raise Problem(f"{self.name} (process {group}) does not end")
        return True

    def _pid(self) -> int:
        return int(self._lock.read_text())


def _signal(group: int, signal_number: int) -> None:
    try:
        os.killpg(group, signal_number)
    except ProcessLookupError:
        pass  # it has ended in the meantime


def _wait_until(condition: Callable[[], bool], patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False

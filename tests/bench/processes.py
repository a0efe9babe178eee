"""Processes, and what they cost: processor time and memory, as Linux counts them."""

import os
import socket
import subprocess
import time

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """Something could not be started or measured; says what."""


def cpu_s(pid):
    """Processor time so far, of all threads and of children that have ended (Redis rewrites its log in one)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_S


def rss_mb(pid):
    """Resident memory, in units of 1024 * 1024 bytes."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def run(words, **options):
    """A command that must end well; answers what it printed. Through files: what it leaves running may keep a pipe."""
    ended = subprocess.run(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False, **options)
    if ended.returncode:
        raise Failed(f"{' '.join(map(str, words[:3]))}: status {ended.returncode}\n{ended.stdout[-2000:]}")
    return ended.stdout


def wait_for(condition, seconds, what):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.01)


def free_ports(n):
    """The first of n ports in a row on which nobody listens."""
    for first in range(23000, 32000, 100):
        if all(_is_free(port) for port in range(first, first + n)):
            return first
    raise Failed(f"there are no {n} free ports in a row from 23000 to 32000")


def _is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Child:
    """A process that we start, and end."""

    def __init__(self, words, log, **options):
        with open(log, "ab") as out:
            self.process = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            **options)
        self.log = log

    @property
    def pid(self):
        return self.process.pid

    def check(self):
        if self.process.poll() is not None:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                raise Failed(f"{self.process.args[:2]} ended with {self.process.returncode}\n{file.read()[-2000:]}")
        return True

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

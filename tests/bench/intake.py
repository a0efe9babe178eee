"""Durable intake: PUT of a session of about 420 bytes, acknowledged when it is on disk."""

import os
import pathlib
import platform
import re
import statistics
import sys
import tempfile
import time

from contenders import PATH, PEERS, ROOT, SERVICES, Direct, LikeForLike, Ours, Restarted, lines, session
from processes import cpu_s, rss_mb, run as run_command

CONNECTIONS = (64, 256)
WARM_UP_S = 1
CALLS_ON_THEIR_WAY = 16  # of sixteen changes each: as many changes as the most connections


class Size:
    """How much is measured: rounds, the seconds of each, and the changes of each run against the store by itself."""

    def __init__(self, quick):
        self.rounds, self.seconds, self.changes = (2, 1, 20000) if quick else (7, 4, 100000)


# --- before

def progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def build_programs(build, *names):
    """The benchmark's own programs, with the optimisation of a release."""
    progress("building")
    run_command(["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-DTESTS=ON"])
    run_command(["ninja", "-C", build, *names])


def fetch_peers():
    """From npm, once; what comes is fixed by the lock file. No package's script is needed, and none is run."""
    if not (PEERS / "node_modules" / ".package-lock.json").exists():
        progress("fetching the peers' packages")
        run_command(["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PEERS)


# --- one measurement

def load(bench, contender, bodies, connections, seconds):
    said = run_command([bench / "load", contender.port, PATH, bodies, connections, seconds, *contender.headers])
    return {name: float(value) for name, value in re.findall(r"^figure (\S+) (\S+) ", said, re.M)}


def measure(bench, contender, bodies, connections, seconds):
    """What the load client says, processor time per request in µs by process, and memory at the end."""
    load(bench, contender, bodies, connections, WARM_UP_S)
    pids = {**contender.counted, **contender.beside}
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    figures = load(bench, contender, bodies, connections, seconds)
    figures["cpu"] = {name: (cpu_s(pid) - before[name]) / figures["answered"] * 1e6 for name, pid in pids.items()}
    figures["cpu_counted"] = sum(figures["cpu"][name] for name in contender.counted)
    figures["cpu_all"] = sum(figures["cpu"].values())
    figures["rss_mb"] = {name: rss_mb(pid) for name, pid in pids.items() if name in SERVICES}
    return figures


def ceiling(bench, contender, changes):
    """The same batched commit, sixteen changes per call, on that contender's own Redis when nobody else uses it."""
    said = run_command([bench / "store_commit", f"unix:{contender.folder / 'redis.sock'}", changes, 16, CALLS_ON_THEIR_WAY])
    return float(re.search(r"store\.commit\.rate (\S+)", said)[1])


def start_and_idle(folder, build):
    """How long each service takes to be ready on a Redis that is, and its memory when it then idles for two seconds; and
    how ./run configures Redis, but for the places of its files."""
    with Ours(folder, build) as ours:
        again = Restarted(ours)
        ours.script("--stop")
        try:
            again.start_redis()
            ready_ms = {name: _time_start(again, name) for name in SERVICES}
            time.sleep(2)
            idle_mb = {name: rss_mb(again.children[name].pid) for name in SERVICES}
        finally:
            again.stop()
        conf = (ours.folder / "redis.conf").read_text()
        ours.port = 0
    return ready_ms, idle_mb, re.sub(r"^(dir|unixsocket|aclfile) .*\n", "", conf, flags=re.M)


def _time_start(again, name):
    start = time.monotonic()
    again.start(name)
    while not again.is_ready(name):
        if time.monotonic() - start > 10:
            raise RuntimeError(f"{name} was not ready within 10 s")
    return (time.monotonic() - start) * 1000


# --- the rounds

def play_round(work, bench, size, number, makers, last=lambda contender: None):
    """Each contender once, in an order that turns from round to round; `last` is done with each before it ends. Answers
    {name: {connections: figures}}."""
    turn, figures = number % len(makers), {}
    for make in makers[turn:] + makers[:turn]:
        with make() as contender:
            for connections in CONNECTIONS:
                progress(f"round {number + 1} of {size.rounds}: {contender.name}, {connections} connections")
                figures.setdefault(contender.name, {})[connections] = measure(bench, contender, work / "bodies", connections,
                                                                              size.seconds)
            last(contender)
    return figures


def play_against_peers(work, bench, build, size, number):
    """A round, and the ceiling beside it."""
    def last(contender):
        nonlocal most
        if contender.name != Direct.name:
            return
        contender.stop_programs()
        progress(f"round {number + 1} of {size.rounds}: the store by itself")
        most = ceiling(bench, contender, size.changes)

    most = 0
    makers = [lambda: Ours(work / "ours", build), lambda: LikeForLike(work / "peer", work / "redis.conf"),
              lambda: Direct(work / "peer", work / "redis.conf")]
    return play_round(work, bench, size, number, makers, last), most


def median(values):
    return statistics.median(list(values))


class Results:
    def __init__(self, rounds):
        self.rounds = rounds

    def figure(self, who, connections, key):
        return median(figures[who][connections][key] for figures, _ in self.rounds)

    def part(self, who, connections, group, name):
        return median(figures[who][connections][group][name] for figures, _ in self.rounds)

    def names(self, who, group):
        return list(self.rounds[0][0][who][CONNECTIONS[0]][group])

    def per_round(self, compare):
        """The median of what each round says: its contenders shared the machine's mood."""
        return median(compare(*one) for one in self.rounds)

    def rate_against(self, peer, connections, who="ours"):
        return self.per_round(lambda f, _: f[who][connections]["rate"] / f[peer][connections]["rate"])

    def cpu_against(self, peer, connections, cpu="cpu_counted", who="ours"):
        """How many times the requests of a processor-second, over what was answered at these numbers of connections."""
        def cpu_per_request(figures, key):
            answered = sum(figures[c]["answered"] for c in connections)
            return sum(figures[c][key] * figures[c]["answered"] for c in connections) / answered

        return self.per_round(lambda f, _: cpu_per_request(f[peer], "cpu_counted") / cpu_per_request(f[who], cpu))

    def share_of_ceiling(self):
        return self.per_round(lambda f, most: max(f["ours"][c]["rate"] for c in CONNECTIONS) / most)

    def p99_against(self, peer, connections):
        return self.per_round(lambda f, _: f[peer][connections]["p99_ms"] / f["ours"][connections]["p99_ms"])


# --- what is printed

def ratio(name, value):
    print(f"ratio {name} {value:.2f}")


def figure(name, value, unit):
    print(f"figure {name} {value:.{0 if value >= 1000 else 2}f} {unit}")


def print_ratios(results):
    """Of processor time that of gateway, intake and Redis counts, which do what the peers do; cpu_with_all also has the
    services that follow the events."""
    peers = (LikeForLike.name, Direct.name)
    for peer in peers:
        ratio(f"intake.cpu.{peer}", results.cpu_against(peer, CONNECTIONS))
    for connections in CONNECTIONS:
        ratio(f"intake.rate.direct.{connections}", results.rate_against(Direct.name, connections))
    ratio("intake.rate.ceiling", results.share_of_ceiling())
    for peer in peers:
        ratio(f"intake.cpu_with_all.{peer}", results.cpu_against(peer, CONNECTIONS, "cpu_all"))
        for connections in CONNECTIONS:
            ratio(f"intake.cpu.{peer}.{connections}", results.cpu_against(peer, (connections,)))
            ratio(f"intake.p99.{peer}.{connections}", results.p99_against(peer, connections))
    for connections in CONNECTIONS:
        ratio(f"intake.rate.like_for_like.{connections}", results.rate_against(LikeForLike.name, connections))


def print_contender(results, who):
    for connections in CONNECTIONS:
        for key, unit in (("rate", "requests/s"), ("p50_ms", "ms"), ("p99_ms", "ms"), ("cpu_counted", "us/request"),
                          ("cpu_all", "us/request")):
            figure(f"{who}.{key}.{connections}", results.figure(who, connections, key), unit)
        for name in results.names(who, "cpu"):
            figure(f"{who}.cpu.{name}.{connections}", results.part(who, connections, "cpu", name), "us/request")


def print_figures(results):
    figure("intake.p99_ms.256", results.figure("ours", 256, "p99_ms"), "ms")
    for who in ("ours", LikeForLike.name, Direct.name):
        print_contender(results, who)
    figure("store.commit.rate", results.per_round(lambda _, most: most), "changes/s")


def print_services(results, ready_ms, idle_mb):
    load_mb = {name: max(f["ours"][256]["rss_mb"][name] for f, _ in results.rounds) for name in SERVICES}
    figure("service.idle_rss_mb", max(idle_mb.values()), "MB")
    figure("service.load_rss_mb", max(load_mb.values()), "MB")
    figure("service.ready_ms", max(ready_ms.values()), "ms")
    for name in SERVICES:
        figure(f"service.idle_rss_mb.{name}", idle_mb[name], "MB")
        figure(f"service.load_rss_mb.{name}", load_mb[name], "MB")
        figure(f"service.ready_ms.{name}", ready_ms[name], "ms")


def print_machine(size, load_before):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="ascii") as file:
        memory_gb = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1]) / 1024 / 1024
    with open("/etc/os-release", encoding="utf-8") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read())[1]
    versions = [system, f"Linux {platform.release()}", run_command(["gcc", "--version"]).splitlines()[0],
                " ".join(run_command(["redis-server", "--version"]).split()[:3]),
                f"Node {run_command(['node', '--version']).strip()}"]
    versions += [f"{name} {version}" for name, version in re.findall(r'"node_modules/(fastify|ioredis|zeromq)": \{\s*"version": "(.*?)"',
                                                                    (PEERS / "package-lock.json").read_text())]
    print(f"measured on: {model[1] if model else platform.machine()}, {os.cpu_count()} cores, {memory_gb:.0f} GB; "
          f"load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(f"measured with: {', '.join(versions)}")
    print(f"measured how: {size.rounds} rounds of {size.seconds} s for each contender and number of connections, one after the "
          "other; ratios are medians of each round's; the client is on the same cores and not counted; cpu is that of "
          "gateway, intake and Redis against all of the peer's processes, cpu_with_all adds our other services")


# --- all of it

def run(quick):
    size, load_before = Size(quick), os.getloadavg()[0]
    build = pathlib.Path(os.environ.get("ALONGSIDE_BUILD", ROOT / "build" / "release")).resolve()
    bench = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "bench")).resolve()
    build_programs(bench, "load", "store_commit")
    fetch_peers()
    # Not below /tmp, which may be memory: Redis writes to a disk.
    with tempfile.TemporaryDirectory(prefix="alongside-bench-", dir="/var/tmp") as folder:
        work = pathlib.Path(folder)
        (work / "bodies").write_text(lines(session), encoding="utf-8")
        progress("starting")
        ready_ms, idle_mb, redis_conf = start_and_idle(work / "ours", build)
        (work / "redis.conf").write_text(redis_conf)
        results = Results([play_against_peers(work, bench, build, size, number) for number in range(size.rounds)])
    progress("")
    print_ratios(results)
    print_figures(results)
    print_services(results, ready_ms, idle_mb)
    print_machine(size, load_before)

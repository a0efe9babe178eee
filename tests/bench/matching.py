"""Matching: the optimum of a whole waiting list, beside LEMON's network simplex; repairs; one person now."""

import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import offers
from processes import Failed, run as run_command

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "system"))
import history  # noqa: E402 (the same that the test of it checks)
LISTS = [("local", 10000, 2000), ("uniform", 10000, 2000), ("dense", 10000, 2000), ("local", 50000, 10000),
         ("uniform", 50000, 10000), ("local", 200000, 40000), ("uniform", 200000, 40000)]
QUICK_LISTS = [("local", 10000, 2000), ("uniform", 10000, 2000), ("dense", 2000, 400), ("uniform", 50000, 10000)]
POOLS = [("10k", 10000), ("100k", 100000)]
SEED = 1


class Size:
    """Which lists, and how often each contender solves each of them."""

    def __init__(self, quick):
        self.lists, self.rounds = (QUICK_LISTS, 1) if quick else (LISTS, 3)
        self.repairs = [("uniform", 200000, 40000), ("local", 200000, 40000)]
        self.lost, self.questions, self.offers = (300, 1000, 200) if quick else (1000, 10000, 1000)
        self.comers, self.asked_per_s, self.lasts_s = (1000, 1000, 5) if quick else (10000, 1000, 30)


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def build_programs(build):
    progress("building")
    subprocess.run([ROOT / "install", "build", "bench"], check=True, stdout=sys.stderr)
    run_command(["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-DTESTS=ON"])
    run_command(["ninja", "-C", build, "matching_solve", "matching_repair", "matching_pool", "matching_lemon", "load"])


def measure(program, words):
    """What a program says, a name and a number on each line."""
    said = run_command([program, *words])
    return {name: float(value) for name, value in re.findall(r"^(\S+) (\S+)$", said, re.M)}


def play_round(bench, one):
    ours, lemon = (measure(bench / program, [*one, SEED]) for program in ("matching_solve", "matching_lemon"))
    if (ours["served"], ours["score"]) != (lemon["served"], lemon["score"]):
        raise Failed(f"{one}: the optima differ: {ours} and {lemon}")
    return ours, lemon


class Measured:
    """One list, in all rounds."""

    def __init__(self, one, rounds):
        self.kind, self.people, self.mentors = one
        self.rounds = rounds

    def median(self, compare):
        return statistics.median(compare(*both) for both in self.rounds)

    @property
    def name(self):
        return f"{self.kind}.{self.people // 1000}k"

    @property
    def faster(self):
        return self.median(lambda ours, lemon: lemon["seconds"] / ours["seconds"])

    @property
    def smaller(self):
        return self.median(lambda ours, lemon: lemon["memory_mb"] / ours["memory_mb"])


def print_lists(lists):
    print(f"ratio matching.lemon.geomean {math.exp(statistics.mean(math.log(one.faster) for one in lists)):.2f}")
    print(f"ratio matching.lemon.worst {min(one.faster for one in lists):.2f}")
    print(f"ratio matching.lemon.memory {min(one.smaller for one in lists):.2f}")
    for one in lists:
        print(f"ratio matching.lemon.{one.name} {one.faster:.2f}")
        print(f"figure matching.solve_ms.{one.name} {one.median(lambda ours, _: ours['seconds']) * 1000:.1f} ms")
        check_ms = one.median(lambda ours, _: ours["check_seconds"]) * 1000
        print(f"figure matching.certificate_ms.{one.name} {check_ms:.1f} ms")
        print(f"figure matching.memory_mb.{one.name} {one.median(lambda ours, _: ours['memory_mb']):.1f} MB")


def print_repairs(size, bench):
    """A lost mentor, and the best assignment again: where there are places enough, and where there are not."""
    for kind, people, mentors in size.repairs:
        progress(f"repairs: {kind}")
        said = measure(bench / "matching_repair", [kind, people, mentors, SEED, size.lost])
        name = "200k" if kind == "uniform" else f"200k.{kind}"
        print(f"figure matching.repair_p99_ms.{name} {said['p99_ms']:.2f} ms")
        print(f"figure matching.repair_p50_ms.{name} {said['p50_ms']:.2f} ms")
        print(f"figure matching.repair_moved.{name} {said['moved']:.1f} people")


def print_pools(size, bench):
    for name, mentors in POOLS:
        progress(f"pool of {mentors}")
        said = measure(bench / "matching_pool", [mentors, size.questions, SEED])
        print(f"figure matching.top10_us.{name} {said['ask_p50_us']:.1f} us")
        print(f"figure matching.top10_p99_us.{name} {said['ask_p99_us']:.1f} us")
        print(f"figure matching.nobody_counts_us.{name} {said['count_p50_us']:.1f} us")
        print(f"figure matching.top10_eligible.{name} {said['eligible']:.0f} mentors")


def print_offers(size, build, bench):
    progress("offers")
    took = offers.measure(build, bench, size.offers)
    print(f"figure matching.offer_p99_ms {took[len(took) * 99 // 100]:.1f} ms")
    print(f"figure matching.offer_p50_ms {took[len(took) // 2]:.1f} ms")


def print_history(size):
    """Mentors come and go while people ask: what was acknowledged must not be contradicted."""
    progress("history")
    with history.lived(size.comers, size.asked_per_s, size.lasts_s) as world:
        stale = world.too_many() + world.paused_and_named() + world.full_and_named()
        if stale:
            raise Failed(f"a stale mentor was named or offered to, or has too many people: {stale[:3]}")
        took = sorted(world.asking.took)
        print(f"figure matching.history_asks_per_s {len(took) / size.lasts_s:.0f} 1/s")
        print(f"figure matching.history_ask_p99_ms {took[len(took) * 99 // 100] * 1000:.1f} ms")
        changes = sum(map(len, world.history.paused.values())) * 2
        print(f"figure matching.history_changes_per_s {changes / size.lasts_s:.0f} 1/s")


def print_machine(size, load_before):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/etc/os-release", encoding="utf-8") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read())[1]
    lemon = run_command(["dpkg-query", "-W", "-f", "${Version}", "liblemon-dev"])
    print(f"measured on: {model[1] if model else platform.machine()}, {os.cpu_count()} cores; load average "
          f"{load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(f"measured with: {system}, {run_command(['gcc', '--version']).splitlines()[0]}, LEMON {lemon}")
    print(f"measured how: {size.rounds} rounds on invented lists (tests/bench/instance.h), one contender after the other, "
          "each in a process of its own with one thread; time is processor time, from the built graph to the optimum, of ours "
          "with all it builds; the optima are the same in people and score; memory is the most that the process had, with "
          "the list itself; ratios are medians of each round's; repairs are exact, of "
          f"{size.lost} mentors lost one after the other; the best ten are those of {size.questions} invented people, "
          f"top10_us is the median; offers are {size.offers}, one after the other, from the request to the text at the SMS "
          f"gateway, while {offers.CONNECTIONS} connections record sessions; the history is of {size.comers} mentors who come and "
          f"go through two replicas while {size.asked_per_s} people a second ask, for {size.lasts_s} s: it is checked that no "
          "mentor was named or offered to who was away or full throughout")


def run(quick):
    size, load_before = Size(quick), os.getloadavg()[0]
    build = pathlib.Path(os.environ.get("ALONGSIDE_BUILD", ROOT / "build" / "release")).resolve()
    bench = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "bench")).resolve()
    build_programs(bench)
    lists = []
    for one in size.lists:
        progress(f"{one}")
        lists.append(Measured(one, [play_round(bench, one) for _ in range(size.rounds)]))
    progress("")
    print_lists(lists)
    print_repairs(size, bench)
    print_pools(size, bench)
    print_offers(size, build, bench)
    print_history(size)
    progress("")
    print_machine(size, load_before)

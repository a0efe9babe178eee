"""How little could taking in a session cost on this machine? The mechanism by itself (HTTP that nobody reads, bundles over
CURVE, plain commands that write as many bytes as ours) beside Fastify straight to Redis, and beside ours."""

import os
import pathlib
import tempfile

import zmq

from contenders import ROOT, Direct, Ours, Peer, lines, session
from intake import (CONNECTIONS, Results, Size, build_programs, fetch_peers, play_round, print_contender, print_machine,
                    progress, ratio, start_and_idle)
from processes import free_ports, wait_for


class Floor(Peer):
    """Nothing is looked at, checked, sealed or audited: whatever takes in sessions in this shape costs more."""

    name = "floor"
    ready = 201  # it answers all alike, once its bundles come back
    headers = ("Authorization: Bearer " + 54 * "x",)  # as long as ours

    def __init__(self, folder, redis_conf, bench):
        super().__init__(folder, redis_conf)
        self.bench = bench

    def start(self):
        self.port = free_ports(2)
        endpoint, redis_socket = f"tcp://127.0.0.1:{self.port + 1}", self.start_redis()
        public_key, secret_key = (key.decode() for key in zmq.curve_keypair())
        self.child("service", [self.bench / "floor_service", endpoint, secret_key, redis_socket])
        self.child("gateway", [self.bench / "floor_gateway", self.port, endpoint, public_key])
        self.counted = {name: child.pid for name, child in self.children.items()}
        wait_for(self.is_ready, 10, self.name)


def run(quick):
    size, load_before = Size(quick), os.getloadavg()[0]
    build = pathlib.Path(os.environ.get("ALONGSIDE_BUILD", ROOT / "build" / "release")).resolve()
    bench = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "bench")).resolve()
    build_programs(bench, "load", "floor_gateway", "floor_service")
    fetch_peers()
    with tempfile.TemporaryDirectory(prefix="alongside-bench-", dir="/var/tmp") as folder:  # a disk: see intake.py
        work = pathlib.Path(folder)
        (work / "bodies").write_text(lines(session), encoding="utf-8")
        progress("starting")
        (work / "redis.conf").write_text(start_and_idle(work / "ours", build)[2])
        makers = [lambda: Floor(work / "floor", work / "redis.conf", bench), lambda: Direct(work / "peer", work / "redis.conf"),
                  lambda: Ours(work / "ours", build)]
        results = Results([(play_round(work, bench, size, number, makers), 0) for number in range(size.rounds)])
    progress("")
    print_results(results)
    print_machine(size, load_before)


def print_results(results):
    """What the floor reaches against the peer is the most that ours could; then, how near ours is to the floor."""
    for connections in CONNECTIONS:
        ratio(f"floor.cpu.direct.{connections}", results.cpu_against(Direct.name, (connections,), who=Floor.name))
        ratio(f"floor.rate.direct.{connections}", results.rate_against(Direct.name, connections, Floor.name))
        ratio(f"intake.cpu.floor.{connections}", results.cpu_against(Floor.name, (connections,)))
        ratio(f"intake.rate.floor.{connections}", results.rate_against(Floor.name, connections))
    for who in (Floor.name, Direct.name, Ours.name):
        print_contender(results, who)

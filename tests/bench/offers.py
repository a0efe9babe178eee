"""An offer through HTTP until the mentor's notification arrives at the SMS gateway, beside a running intake load."""

import http.client
import http.server
import json
import pathlib
import queue
import subprocess
import tempfile
import threading
import time
import uuid

from contenders import PATH, Ours, lines, session
from processes import Failed, free_ports

CONNECTIONS = 16  # of the load beside it
MENTORS = 40
EVERY_S = 0.05


class Gateway(http.server.ThreadingHTTPServer):
    """Takes texts, and notes when each is there."""

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.heard = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.heard.put((time.monotonic(), self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def mentor_id(i):
    return f"aaaaaaaa-0000-4000-8000-{i:012d}"


def mentor(i):
    return {"id": mentor_id(i), "channel": "SMS", "language": "ENGLISH", "experiences": ["custody"], "languages": ["en"],
            "availability": ["mon-am"], "places": ["Newport"], "remote": True, "capacity": 20, "vettedUntil": "2099-01-01T00:00:00Z",
            "supervisedUntil": "2099-01-01T00:00:00Z", "conflictsChecked": True,
            "supervisor": "S01A001", "gender": "WOMAN",
            "personal": {"givenName": "Invented", "familyName": f"Mentor {i}", "telephone": f"+447700900{i:03d}"}}


def seeker(i):
    return {"crn": f"S{100000 + i}", "practitioner": f"N01A{i % 40:03d}", "language": "ENGLISH", "whereabouts": "COMMUNITY",
            "mentoring": {"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "places": ["Newport"]},
            "personal": {"givenName": "Invented", "familyName": f"Seeker {i}", "telephone": "+447700900123"}}


class Door:
    """One connection that stays open, and the token."""

    def __init__(self, ours):
        self.http = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)
        name, value = ours.headers[0].split(": ", 1)
        self.headers = {name: value, "Content-Type": "application/json"}

    def put(self, path, body):
        self.http.request("PUT", f"/v1/areas/demo-north{path}", json.dumps(body), self.headers)
        answer = self.http.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise Failed(f"PUT {path}: {answer.status} {said[:300]!r}")


def wait_for_text(gateway, offer):
    """When the text came that holds the link of that offer."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        came, body = gateway.heard.get(timeout=10)
        if offer in json.loads(body)["text"]:
            return came
    raise Failed("the notification of an offer did not come within 10 s")


def measure(build, bench, offers):
    """Milliseconds of each offer, in order of size."""
    with tempfile.TemporaryDirectory(prefix="alongside-bench-", dir="/var/tmp") as folder:
        work = pathlib.Path(folder)
        (work / "bodies").write_text(lines(session), encoding="utf-8")
        gateway = Gateway(free_ports(31) + 30)
        with Ours(work / "ours", build, ALONGSIDE_SMS_URL=f"http://127.0.0.1:{gateway.server_port}/") as ours:
            door = Door(ours)
            for i in range(MENTORS):
                door.put(f"/mentors/{mentor_id(i)}", mentor(i))
            for i in range(offers):
                door.put(f"/people/S{100000 + i}", seeker(i))
            load = subprocess.Popen(list(map(str, [bench / "load", ours.port, PATH, work / "bodies", CONNECTIONS,
                                                   round(10 + offers * 4 * EVERY_S), *ours.headers])), stdout=subprocess.PIPE,
                                    text=True)
            try:
                time.sleep(2)
                took = sorted(_time_offer(door, gateway, i) for i in range(offers))
                if load.poll() is not None:
                    raise Failed("the load beside the offers ended before them")
            finally:
                load.kill()
                load.wait()
        gateway.shutdown()
    return took


def _time_offer(door, gateway, i):
    time.sleep(EVERY_S)
    offer = str(uuid.uuid4())
    start = time.monotonic()
    door.put(f"/offers/{offer}", {"crn": f"S{100000 + i}", "mentorId": mentor_id(i % MENTORS)})
    return (wait_for_text(gateway, offer) - start) * 1000

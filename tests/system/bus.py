"""A foreign peer on the bus, written against proto/ alone: pyzmq, Python's protobuf and PyNaCl.

It shares no code with the services, so what it can say to them proves the wire format.

    bus = Bus(keys_folder, "clinic")
    reply = bus.call("tcp://127.0.0.1:8081", "intake", "ReadPerson", {"crn": "X123456"}, "lon-north",
                     actor={"id": "clinic", "roles": ["CASE_SYSTEM"], "areas": ["lon-north"]})
    reply.code, reply.body, reply.problem
    for published in bus.subscribe("tcp://127.0.0.1:9081", "intake", seconds=5): ...

The peer's keys are made with `alongside keygen`: NAME.curve, and NAME.sign where it signs actors of its own.
"""

import atexit
import importlib
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import nacl.signing
import zmq

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
ACTOR_LIFE_MS = 25_000  # a receiver allows half a minute
DEADLINE_MS = 5_000


def _compile_protos():
    """The modules that protoc makes of every file in proto/."""
    folder = tempfile.mkdtemp(prefix="alongside-proto-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    files = sorted(PROTO.glob("*.proto"))
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={folder}", *map(str, files)], check=True,
                   stderr=subprocess.DEVNULL)
    sys.path.insert(0, folder)
    try:
        return [importlib.import_module(f"{file.stem}_pb2") for file in files]
    finally:
        sys.path.remove(folder)


class _Messages:
    """Every message and enumeration of proto/ as an attribute: messages.RecordSession, messages.Code."""

    def __init__(self):
        for module in _compile_protos():
            descriptor = module.DESCRIPTOR
            for name in [*descriptor.message_types_by_name, *descriptor.enum_types_by_name]:
                setattr(self, name, getattr(module, name))


messages = _Messages()

# What came back: `code` is the name of a Code ("OK"), `body` the unpacked reply or None, `problem` a Problem or None.
Reply = namedtuple("Reply", "code body problem envelope")


def now_ms():
    return time.time_ns() // 1_000_000


def read_peers(keys_folder):
    """Public keys by name, from peers.yaml as keygen writes it."""
    text = pathlib.Path(keys_folder, "peers.yaml").read_text(encoding="utf-8")
    return dict(re.findall(r'name: "([^"]+)"\s+publicKey: "([^"]+)"', text))


def build(type_name, content):
    """A message of that type: from a dict of its fields, or as it is."""
    return content if hasattr(content, "SerializeToString") else getattr(messages, type_name)(**(content or {}))


class Bus:
    def __init__(self, keys_folder, name):
        folder = pathlib.Path(keys_folder)
        self.name = name
        self.peers = read_peers(folder)
        self.secret_key = (folder / f"{name}.curve").read_text(encoding="ascii").strip().encode()
        self.public_key = zmq.curve_public(self.secret_key)
        sign = folder / f"{name}.sign"
        self.signing_key = nacl.signing.SigningKey(bytes.fromhex(sign.read_text().strip())) if sign.exists() else None
        self.context = zmq.Context()
        self.dealers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.context.destroy(linger=0)

    def socket(self, kind, endpoint, server_name):
        """A connected socket of this peer's, for tests that say what no well-behaved peer would."""
        socket = self.context.socket(kind)
        socket.ipv6 = True
        socket.curve_secretkey, socket.curve_publickey = self.secret_key, self.public_key
        socket.curve_serverkey = self.peers[server_name].encode()
        socket.connect(endpoint)
        return socket

    def sign(self, actor):
        """An Actor (or a dict of its fields, roles by name) packed, and its signature."""
        if not hasattr(actor, "SerializeToString"):
            fields = {"expires_at_ms": now_ms() + ACTOR_LIFE_MS, **actor}
            fields["roles"] = [messages.Role.Value(r) if isinstance(r, str) else r for r in fields.get("roles", [])]
            actor = messages.Actor(**fields)
        packed = actor.SerializeToString()
        return packed, self.signing_key.sign(packed).signature

    def envelope(self, type_name, message, area, actor=None, deadline_ms=DEADLINE_MS, check_only=False):
        request = messages.Envelope(type=type_name, area=area, correlation_id=secrets.token_bytes(16),
                                    deadline_ms=now_ms() + deadline_ms, check_only=check_only,
                                    body=build(type_name, message).SerializeToString())
        if actor is not None:
            request.actor, request.actor_signature = self.sign(actor)
        return request

    def exchange(self, endpoint, server_name, requests, seconds=DEADLINE_MS / 1000):
        """Sends the envelopes as one frame; their replies in the same order, None for those that did not come."""
        key = (endpoint, server_name)
        if key not in self.dealers:
            self.dealers[key] = self.socket(zmq.DEALER, endpoint, server_name)
        dealer = self.dealers[key]
        dealer.send(messages.Bundle(envelopes=requests).SerializeToString())
        replies, until = {}, time.monotonic() + seconds
        wanted = {bytes(r.correlation_id) for r in requests}
        while wanted - replies.keys() and dealer.poll(max(0, int((until - time.monotonic()) * 1000))):
            for reply in messages.Bundle.FromString(dealer.recv()).envelopes:
                replies[bytes(reply.correlation_id)] = reply
        return [replies.get(bytes(r.correlation_id)) for r in requests]

    def call(self, endpoint, server_name, type_name, message, area, actor=None, seconds=DEADLINE_MS / 1000,
             check_only=False):
        """One request and its Reply. TimeoutError where none comes."""
        request = self.envelope(type_name, message, area, actor, int(seconds * 1000), check_only)
        reply = self.exchange(endpoint, server_name, [request], seconds)[0]
        if reply is None:
            raise TimeoutError(f"{server_name} did not answer {type_name} within {seconds} s")
        if reply.HasField("problem"):
            return Reply(messages.Code.Name(reply.problem.code), None, reply.problem, reply)
        body_type = getattr(messages, reply.type, None)
        return Reply("OK", body_type.FromString(reply.body) if body_type else None, None, reply)

    def subscribe(self, endpoint, server_name, seconds=None):
        """Yields each Published as it comes, for ever or for so many seconds."""
        subscriber = self.socket(zmq.SUB, endpoint, server_name)
        subscriber.subscribe(b"")
        until = None if seconds is None else time.monotonic() + seconds
        try:
            while until is None or time.monotonic() < until:
                left_ms = None if until is None else max(0, int((until - time.monotonic()) * 1000))
                if subscriber.poll(left_ms):
                    yield messages.Published.FromString(subscriber.recv())
        finally:
            subscriber.close(linger=0)

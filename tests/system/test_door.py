"""The door itself: TLS, proxies in front of it, headers, and who knocks too often."""

import datetime
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import people
import stack as stacks
from stack import NORTH

pytestmark = pytest.mark.trust

LIMITS = """
actor: {per_second: 50, burst: 500}
address: {per_second: 1, burst: 5}
refusals: {most: 8, minutes: 10}
roles:
  - {role: mentor, rate: {per_second: 5, burst: 50}, refusals: {most: 4, minutes: 10}}
"""
HARMLESS = """
address: {per_second: 0}
"""


def certificate(folder, name, serial):
    """Writes NAME.crt and NAME.key; each lasts a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door.invalid")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(serial).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return files


def places(local):
    """What a gateway needs to know beside what the operator's command does."""
    heard = ",".join(f"{name}={local.publishes(name)}" for name in stacks.SERVICES[:5])
    return {"ALONGSIDE_SUBSCRIBE": heard, "ALONGSIDE_WEB": str(stacks.ROOT / "services" / "gateway" / "web")}


class Door:
    """A gateway of its own beside that of the stack."""

    def __init__(self, local, folder, limits=HARMLESS, address="127.0.0.1", **environment):
        self.port = stacks.free_ports()
        self.is_tls = "ALONGSIDE_TLS_CERT" in environment
        (folder / "limits.yaml").write_text(limits)
        self.log = folder / "gateway.log"
        own = {**local.environment(), "ALONGSIDE_HTTP": f"{address}:{self.port}", "ALONGSIDE_LIMITS": str(folder / "limits.yaml"),
               **places(local), **environment}
        self.process = subprocess.Popen([str(local.build / "alongside-gateway")], env=own, stderr=self.log.open("w"),
                                        stdout=subprocess.DEVNULL)
        assert stacks.wait_for(self.is_ready, 10), self.log.read_text()

    def connect(self, context=None):
        if self.is_tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context or trusting())
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, path, headers=None, context=None):
        connection = self.connect(context)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return stacks.Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def is_ready(self):
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        assert self.process.wait(15) == 0, self.log.read_text()


@pytest.fixture
def door(local, tmp_path):
    doors = []

    def opened(**more):
        doors.append(Door(local, tmp_path, **more))
        return doors[-1]

    yield opened
    for one in doors:
        one.stop()


@pytest.fixture
def tls(door, tmp_path):
    files = certificate(tmp_path, "door", 1)
    return door(ALONGSIDE_TLS_CERT=str(files[0]), ALONGSIDE_TLS_KEY=str(files[1]))


def trusting(version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context


def serial_of(door):
    with socket.create_connection(("127.0.0.1", door.port)) as raw, trusting().wrap_socket(raw) as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(True)).serial_number


# --- TLS

@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_requests_come_by_tls(tls, version):
    answer = tls.get("/mentor", context=trusting(version))
    assert answer.status == 200 and "<html" in answer.text
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_protocols_are_refused(tls, version):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        tls.get("/healthz", context=trusting(version))


def test_large_answers_and_many_requests_go_over_one_connection(tls):
    connection = tls.connect()
    for _ in range(20):
        connection.request("GET", "/openapi.json")
        assert "SendSignInLink" in json.loads(connection.getresponse().read())["components"]["schemas"]
    connection.close()


def test_a_large_body_arrives_by_tls(tls, local):
    connection = tls.connect()
    body = b'{"x": "' + b"y" * 3_000_000 + b'"}'
    connection.request("PUT", f"/v1/areas/{NORTH}/people/{people.new_crn()}", body,
                       {"Authorization": f"Bearer {local.token}", "Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 400 and json.loads(answer.read())["errors"][0]["pointer"] == "/x"
    connection.close()


def test_plain_http_is_told_nothing(tls):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=10) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert b"HTTP/" not in raw.recv(1000)
    assert tls.is_ready()


def test_half_a_handshake_ends_at_its_deadline(tls):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", tls.port), timeout=20) as raw:
        raw.sendall(b"\x16\x03\x01\x02\x00\x01")
        try:
            assert raw.recv(1000) == b""
        except ConnectionError:
            pass
    assert time.monotonic() - began < 15
    assert tls.is_ready()


def test_a_new_certificate_is_taken_without_a_restart_and_one_that_is_broken_is_not(tls, tmp_path):
    assert serial_of(tls) == 1
    certificate(tmp_path, "door", 2)
    assert stacks.wait_for(lambda: serial_of(tls) == 2, 10)
    (tmp_path / "door.key").write_text("no key\n")
    assert stacks.wait_for(lambda: "certificate_unusable" in tls.log.read_text(), 10)
    assert serial_of(tls) == 2 and tls.is_ready()


def test_a_certificate_without_its_key_is_told_at_start(local, tmp_path):
    crt, _ = certificate(tmp_path, "one", 1)
    _, key = certificate(tmp_path, "other", 2)
    for more, why in (({"ALONGSIDE_TLS_CERT": str(crt)}, "ALONGSIDE_TLS_KEY"),
                      ({"ALONGSIDE_TLS_CERT": str(crt), "ALONGSIDE_TLS_KEY": str(key)}, "other.key"),
                      ({"ALONGSIDE_TRUSTED_PROXIES": "10.0.0.0/33"}, "10.0.0.0/33")):
        own = {**local.environment(), "ALONGSIDE_HTTP": "127.0.0.1:0", **places(local), **more}
        ended = subprocess.run([str(local.build / "alongside-gateway")], env=own, capture_output=True, text=True, timeout=20,
                               check=False)
        assert ended.returncode == 1 and why in ended.stderr, ended.stderr


def test_the_health_probe_finds_a_gateway_that_speaks_tls(tls, local, tmp_path):
    own = {**os.environ, "ALONGSIDE_HTTP": f"127.0.0.1:{tls.port}", "ALONGSIDE_TLS_CERT": str(tmp_path / "door.crt")}
    probe = subprocess.run([str(local.build / "alongside-gateway"), "--ping"], env=own, timeout=20, check=False)
    assert probe.returncode == 0


# --- proxies

def knock(door, forwarded, n=1):
    """The last status of so many requests that somebody says came from there."""
    headers = {"X-Forwarded-For": forwarded} if isinstance(forwarded, str) else {}
    return [door.get(f"/v1/areas/{NORTH}/people", headers=headers).status for _ in range(n)][-1]


def test_behind_a_trusted_proxy_each_client_is_counted_by_itself(door):
    behind = door(limits=LIMITS, ALONGSIDE_TRUSTED_PROXIES="10.0.0.0/8, 127.0.0.1")
    assert knock(behind, "198.51.100.7", 9) == 429
    assert knock(behind, "198.51.100.8") == 401
    assert knock(behind, "203.0.113.9, 198.51.100.7") == 429, "what stands before it, the client wrote"
    assert knock(behind, "198.51.100.7, 10.1.2.3") == 429, "another proxy of ours in between"


def test_what_nobody_trusted_forwards_is_ignored(door):
    alone = door(limits=LIMITS, ALONGSIDE_TRUSTED_PROXIES="10.0.0.0/8")
    statuses = [knock(alone, f"198.51.100.{n}") for n in range(9)]
    assert statuses[-1] == 429, "it counts for the address that it came from"
    assert alone.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"] is None


def test_a_trusted_proxy_says_that_it_was_tls(door):
    behind = door(ALONGSIDE_TRUSTED_PROXIES="127.0.0.1")
    assert behind.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"]
    assert behind.get("/healthz", headers={"X-Forwarded-Proto": "http"}).headers["Strict-Transport-Security"] is None


def test_plain_http_for_others_is_said_at_start(door):
    assert "plain_http" in door(address="0.0.0.0").log.read_text()
    assert "plain_http" not in door().log.read_text()


# --- who is refused too often

def test_who_is_refused_too_often_waits_and_mentors_sooner(door, operator):
    one = door(limits=LIMITS.replace("per_second: 1, burst: 5", "per_second: 0"))

    def refused_until_it_is_too_often(actor, roles):
        token = operator.token_for(actor, roles)
        headers = {"Authorization": f"Bearer {token}"}
        for n in range(30):
            answer = one.get(f"/v1/areas/{NORTH}/offers/{people.new_id()}/view" if roles == "mentor" else
                             f"/v1/areas/{NORTH}/people/{people.new_crn()}", headers=headers)
            if answer.status == 429:
                return n, answer
            assert answer.status == 404
        return None

    staff, _ = refused_until_it_is_too_often("REFUSED1", "practitioner")
    mentors, answer = refused_until_it_is_too_often(people.new_id(), "mentor")
    assert (staff, mentors) == (8, 4)
    assert 100 < int(answer.headers["Retry-After"]) <= 151
    assert one.log.read_text().count("refused_too_often") == 2


# --- headers

PAGES = sorted(path for path in (stacks.ROOT / "services" / "gateway" / "web").iterdir() if path.suffix == ".html")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_needs_more_than_its_policy_allows(stack, page):
    answer = stack.http("GET", f"/{page.stem}", token="")
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", answer.text))


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/mentor.css", "/nowhere", f"/v1/areas/{NORTH}/people"])
def test_whatever_is_no_page_does_nothing_as_one(stack, path):
    headers = stack.http("GET", path).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_script_that_serves_a_page_in_the_background_speaks_to_this_origin_alone(stack):
    headers = stack.http("GET", "/mentor-sw.js").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


def test_scripts_and_pages_write_no_markup():
    for path in pathlib.Path(stacks.ROOT / "services" / "gateway" / "web").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()), path.name

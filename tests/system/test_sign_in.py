"""Sign-in with the tokens of an organisation's own provider: who they let in, and every forgery that they do not."""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import threading
import time
import urllib.parse

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import people
import stack as stacks
from stack import NORTH, SOUTH

pytestmark = pytest.mark.trust

ISSUER, AUDIENCE = "https://login.example.invalid/", "alongside"
RULES = f"""
issuer: {ISSUER}
audience: {AUDIENCE}
jwks: %s
roles:
  - {{claim: groups, value: officers, roles: [practitioner]}}
  - {{claim: groups, value: managers, roles: [manager]}}
  - {{claim: groups, value: keepers, roles: [operator]}}
areas:
  - {{claim: office, value: north, areas: [{NORTH}]}}
  - {{claim: office, value: south, areas: [{SOUTH}]}}
"""
LIMITS = """
actor: {per_second: 20, burst: 60}
address: {per_second: 50, burst: 1000}
exempt: [case_system]
"""


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class RsaKey:
    alg = "RS256"

    def __init__(self, kid):
        self.kid, self.key = kid, rsa.generate_private_key(65537, 2048)

    def sign(self, data):
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def public(self):
        n = self.key.public_key().public_numbers()
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": self.alg, "n": number(n.n), "e": number(n.e)}


class EcKey:
    alg = "ES256"

    def __init__(self, kid):
        self.kid, self.key = kid, ec.generate_private_key(ec.SECP256R1())

    def sign(self, data):
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def public(self):
        n = self.key.public_key().public_numbers()
        return {"kty": "EC", "kid": self.kid, "use": "sig", "crv": "P-256", "x": number(n.x, 32), "y": number(n.y, 32)}


def token(key, header=None, sign=None, **claims):
    """A token of that key. `header`: its text where it is not the usual; `sign`: what signs in the key's place."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "N01A001", "iat": now, "exp": now + 600, "groups": ["officers"],
              "office": "north", **claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    header = header or json.dumps({"alg": key.alg, "typ": "JWT", "kid": key.kid})
    signed = f"{encode(header.encode())}.{encode(json.dumps(claims).encode())}"
    return f"{signed}.{encode((sign or key.sign)(signed.encode()))}"


class Provider:
    """Serves a set of keys on this machine, and counts how often it is read."""

    def __init__(self, *keys):
        self.keys, self.reads = keys, 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.reads += 1
                body = json.dumps({"keys": [key.public() for key in provider.keys]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"


@pytest.fixture(scope="module")
def rsa_key():
    return RsaKey("rsa-1")


@pytest.fixture(scope="module")
def ec_key():
    return EcKey("ec-1")


@pytest.fixture(scope="module")
def provider(rsa_key, ec_key):
    own = Provider(rsa_key, ec_key)
    yield own
    own.server.shutdown()
    own.server.server_close()


@pytest.fixture(scope="module")
def office(provider, tmp_path_factory):
    """A stack whose staff sign in with the provider's tokens, and a person in each area."""
    if stacks.from_environment():
        pytest.skip("needs a stack of its own on this machine")
    folder = tmp_path_factory.mktemp("sign-in")
    (folder / "sign-in.yaml").write_text(RULES % provider.url)
    (folder / "limits.yaml").write_text(LIMITS)
    own = stacks.LocalStack(ALONGSIDE_SIGN_IN=str(folder / "sign-in.yaml"), ALONGSIDE_LIMITS=str(folder / "limits.yaml"))
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.fixture(scope="module")
def crn(office):
    crn = people.new_crn()
    office.made(f"/people/{crn}", people.person(crn))
    return crn


def status(office, crn, bearer, **more):
    return office.get(f"/people/{crn}", token=bearer, **more).status


def test_a_token_by_either_key_lets_its_bearer_in(office, crn, rsa_key, ec_key):
    assert status(office, crn, token(rsa_key)) == 200
    assert status(office, crn, token(ec_key)) == 200
    assert status(office, crn, token(ec_key, aud=["other", AUDIENCE])) == 200


def test_roles_and_areas_are_those_of_the_claims(office, crn, rsa_key):
    assert status(office, crn, token(rsa_key, groups=["managers"])) == 404
    assert office.get("/reports/attendance", token=token(rsa_key, groups="managers")).status == 200
    assert status(office, crn, token(rsa_key, office="south")) == 403
    assert status(office, crn, token(rsa_key, office="south"), area=SOUTH) == 404
    assert status(office, crn, token(rsa_key, groups=["strangers"])) == 403
    assert status(office, crn, token(rsa_key, groups=["keepers", "officers"])) == 403


def test_the_products_own_tokens_are_taken_as_before(office, crn):
    assert status(office, crn, office.token) == 200
    assert status(office, crn, f"{NORTH}.{'A' * 43}") == 401


def forgeries(rsa_key, ec_key):
    now = int(time.time())
    named = {"kid": rsa_key.kid, "typ": "JWT"}
    public = rsa_key.key.public_key().public_bytes(serialization.Encoding.PEM,
                                                   serialization.PublicFormat.SubjectPublicKeyInfo)
    good = token(rsa_key)
    head, body, signature = good.split(".")
    return {
        "no algorithm": token(rsa_key, json.dumps({"alg": "none", **named}), lambda data: b""),
        "no algorithm, signed": token(rsa_key, json.dumps({"alg": "none", **named})),
        "the public key as a secret": token(rsa_key, json.dumps({"alg": "HS256", **named}),
                                            lambda data: hmac.new(public, data, hashlib.sha256).digest()),
        "another algorithm": token(rsa_key, json.dumps({"alg": "PS256", **named})),
        "the other kind of key": token(ec_key, json.dumps({"alg": "ES256", **named})),
        "a key of the same name": token(RsaKey(rsa_key.kid)),
        "an unknown key": token(EcKey("ec-9")),
        "a key of its own": token(EcKey("ec-9"), json.dumps({"alg": "ES256", "kid": "ec-9",
                                                            "jwk": EcKey("ec-9").public()})),
        "no key": token(rsa_key, '{"alg":"RS256"}'),
        "a name twice": token(rsa_key, '{"alg":"none","alg":"RS256","kid":"rsa-1"}'),
        "a critical field": token(rsa_key, '{"alg":"RS256","kid":"rsa-1","crit":["exp"]}'),
        "expired": token(rsa_key, exp=now - 60),
        "no expiry": token(rsa_key, exp=None),
        "not good yet": token(rsa_key, nbf=now + 120),
        "issued in the future": token(rsa_key, iat=now + 120),
        "another issuer": token(rsa_key, iss="https://elsewhere.example.invalid/"),
        "another audience": token(rsa_key, aud="elsewhere"),
        "nobody": token(rsa_key, sub=None),
        "no signature": f"{head}.{body}.",
        "a cut signature": good[:-8],
        "another's claims": f"{head}.{token(rsa_key, sub='N01A002').split('.')[1]}.{signature}",
        "a fourth part": f"{good}.{signature}",
        "not base64url": f"{head}.{body}=.{signature}",
        "rubbish": "a.b.c",
        "dots": "..",
        "twelve kilobytes": token(rsa_key, padding="A" * 9000),
    }


def test_every_forgery_is_refused(office, crn, rsa_key, ec_key):
    answers = {name: office.get(f"/people/{crn}", token=forged) for name, forged in forgeries(rsa_key, ec_key).items()}
    assert {name: answer.status for name, answer in answers.items() if answer.status != 401} == {}
    assert all(answer.json["code"] == "UNAUTHENTICATED" for answer in answers.values())
    assert len({answer.json["detail"] for answer in answers.values()}) == 1


def test_a_token_of_64_kilobytes_is_refused_before_it_is_read(office, crn, rsa_key):
    assert status(office, crn, token(rsa_key, padding="A" * 48000)) == 431
    assert office.is_ready()


def test_two_tokens_in_one_request_are_refused(office, crn, rsa_key):
    where = urllib.parse.urlsplit(office.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.putrequest("GET", f"/v1/areas/{NORTH}/people/{crn}")
    for bearer in (token(rsa_key), office.token):
        connection.putheader("Authorization", f"Bearer {bearer}")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_a_token_that_was_let_in_is_refused_once_it_has_expired(office, crn, rsa_key):
    bearer = token(rsa_key, exp=int(time.time()) - 27)  # clocks may differ by 30 seconds
    assert status(office, crn, bearer) == 200
    time.sleep(4)
    assert status(office, crn, bearer) == 401


def test_a_new_key_is_taken_at_once_and_the_old_one_ends(office, crn, provider, rsa_key, ec_key):
    old, next_key = token(rsa_key), EcKey("ec-2")
    assert status(office, crn, old) == 200
    time.sleep(5.5)  # unknown keys of other tests may just have had them read
    provider.keys = (ec_key, next_key)
    assert status(office, crn, token(next_key)) == 200
    assert status(office, crn, old) == 401
    reads = provider.reads
    for _ in range(20):
        assert status(office, crn, token(EcKey("ec-9"))) == 401
    assert provider.reads <= reads + 2


def knock(office, crn, bearer, n):
    """n requests over one connection: their statuses, and the headers and body of the last that was held back, if any.
    On a slow machine one or another is let through again meanwhile."""
    where = urllib.parse.urlsplit(office.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    statuses, headers, problem = [], None, None
    for _ in range(n):
        connection.request("GET", f"/v1/areas/{NORTH}/people/{crn}", headers={"Authorization": f"Bearer {bearer}"})
        answer = connection.getresponse()
        body = answer.read()
        statuses.append(answer.status)
        if answer.status == 429:
            headers, problem = answer.headers, json.loads(body)
    connection.close()
    return statuses, headers, problem


def test_an_actor_who_asks_too_often_waits_and_a_case_system_does_not(office, ec_key):
    crn, other = people.new_crn(), people.new_crn()
    office.made(f"/people/{crn}", people.person(crn, practitioner="N01A055"))
    office.made(f"/people/{other}", people.person(other, practitioner="N01A056"))
    began = time.monotonic()
    statuses, headers, problem = knock(office, crn, token(ec_key, sub="N01A055"), 400)
    assert statuses.count(200) <= 60 + 20 * (time.monotonic() - began) + 1
    assert statuses[:60] == [200] * 60
    assert 429 in statuses and int(headers["Retry-After"]) == 1
    assert headers["Content-Type"] == "application/problem+json" and problem["code"] == "TOO_MANY"
    assert status(office, other, token(ec_key, sub="N01A056")) == 200
    assert set(knock(office, crn, office.token, 400)[0]) == {200}
    time.sleep(1.1)
    assert status(office, crn, token(ec_key, sub="N01A055")) == 200


def test_who_tries_tokens_out_is_held_back_by_the_address(office, crn):
    statuses, _, _ = knock(office, crn, "a.b.c", 2000)
    assert statuses[0] == 401 and 429 in statuses
    assert status(office, crn, office.token) == 200

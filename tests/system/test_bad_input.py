"""Bad input: a problem document names what is wrong, and nothing changes."""

import base64
import hashlib
import json
import os
import socket
import time
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus import messages
from people import at, new_crn, new_id, person, register, session
from stack import NORTH, SOUTH


@pytest.fixture(scope="module")
def known(stack):
    """A person on a pathway, in an area in which nothing else happens."""
    return register(stack, area=SOUTH)


@pytest.fixture
def unchanged(stack, known):
    """What the test does leaves the area as it was."""
    before = stack.contents(SOUTH) if stack.is_local else None
    yield
    if stack.is_local:
        after = stack.contents(SOUTH)
        assert sorted(after) == sorted(before)
        assert [key for key in before if before[key] != after[key]] == []


def refused(answer, status, pointer=None):
    """Checks that it is a problem document of that status which names that field; answers it."""
    assert answer.status == status, (answer.status, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status and problem["detail"] and problem["correlationId"]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem.get("errors", [])], problem
        assert all(error["detail"] and error["code"] for error in problem["errors"])
    return problem


def put_session(stack, known, **more):
    return stack.put(f"/sessions/{new_id()}", session(known[1], **more), area=SOUTH)


def put_bytes(stack, body, **more):
    return stack.put(f"/people/{new_crn()}", body, area=SOUTH, **more)


def raw(stack, text, seconds=10):
    """Bytes on a connection of their own; what comes back until the other side closes or is silent."""
    where = urllib.parse.urlsplit(stack.url)
    with socket.create_connection((where.hostname, where.port), seconds) as connection:
        connection.sendall(text)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return answer


# --- bytes that are no JSON, or not ours


@pytest.mark.parametrize("text", [b"{", b"{]", b"null", b"[]", b'"text"', b"{} {}", b"{'a':1}", b'{"a":01}', b"\x00", b"NaN"])
def test_what_is_no_json_object_is_refused(stack, unchanged, text):
    refused(put_bytes(stack, text), 400)


def test_an_empty_body_is_refused(stack, unchanged):
    refused(put_bytes(stack, b""), 400)


def test_a_field_of_the_wrong_type_is_named(stack, unchanged):
    refused(put_bytes(stack, {**person("X"), "practitioner": 7}), 400, "/practitioner")


def test_a_wrong_type_deep_inside_is_named(stack, unchanged):
    body = person("X")
    body["personal"]["givenName"] = ["Siân"]
    refused(put_bytes(stack, body), 400, "/personal/givenName")


def test_an_unknown_field_is_named(stack, unchanged):
    refused(put_bytes(stack, {**person("X"), "shoeSize": 9}), 400, "/shoeSize")


def test_an_unknown_value_of_an_enumeration_is_named(stack, unchanged):
    refused(put_bytes(stack, {**person("X"), "whereabouts": "THE_MOON"}), 400, "/whereabouts")


def test_a_duplicate_key_is_refused_and_named(stack, unchanged):
    refused(put_bytes(stack, b'{"practitioner":"N01A001","practitioner":"N01A002"}'), 400, "/practitioner")


def test_invalid_utf8_is_refused(stack, unchanged):
    refused(put_bytes(stack, b'{"practitioner":"N01\xff\xfe"}'), 400)


def test_half_a_surrogate_pair_is_refused(stack, unchanged):
    refused(put_bytes(stack, rb'{"practitioner":"\ud800"}'), 400)


def test_a_nul_in_a_text_is_refused(stack, unchanged):
    refused(put_bytes(stack, rb'{"practitioner":"N01\u0000A001"}'), 400)


@pytest.mark.parametrize("bracket", [b"[", b'{"personal":'])
def test_a_million_nested_brackets_are_refused_at_once(stack, unchanged, bracket):
    answer = put_bytes(stack, bracket * 1_000_000 if bracket == b"[" else bracket * 60_000)
    assert answer.status in (400, 413), answer.text
    refused(answer, answer.status)


def test_a_body_of_a_gigabyte_is_refused_before_it_is_sent(stack, unchanged):
    head = (f"PUT /v1/areas/{SOUTH}/people/X000001 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {stack.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n")
    assert raw(stack, head.encode() + b'{"practitioner":"').startswith(b"HTTP/1.1 413 ")


def test_a_body_without_end_is_cut_off(stack, unchanged):
    head = (f"PUT /v1/areas/{SOUTH}/people/X000001 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {stack.token}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        answer = raw(stack, head.encode() + b"10000\r\n" + b" " * 65536 + b"\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 200)
    except (ConnectionResetError, BrokenPipeError):
        return
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_request_with_two_lengths_is_refused(stack, unchanged):
    text = b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
    answer = raw(stack, text)
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1


def test_another_media_type_is_refused(stack, unchanged):
    refused(put_bytes(stack, b"a=1", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)


# --- what makes no sense


def test_a_session_in_the_future_is_refused(stack, known, unchanged):
    refused(put_session(stack, known, startsAt=at(hours=5), endsAt=at(hours=6)), 400, "/startsAt")


def test_an_end_before_the_start_is_refused(stack, known, unchanged):
    refused(put_session(stack, known, startsAt=at(hours=-2), endsAt=at(hours=-3)), 400, "/endsAt")


def test_a_time_without_an_offset_is_refused(stack, known, unchanged):
    refused(put_session(stack, known, startsAt="2026-03-02T10:00:00"), 400, "/startsAt")


def test_attendance_that_contradicts_itself_is_refused(stack, known, unchanged):
    answer = put_session(stack, known, attendance={"happened": "DID_NOT_HAPPEN", "attended": "ON_TIME"})
    assert refused(answer, answer.status)["errors"][0]["pointer"].startswith("/attendance")
    assert answer.status in (400, 422)


def test_an_engagement_for_an_unknown_crn_is_refused(stack, unchanged):
    refused(stack.put(f"/engagements/{new_id()}", {"crn": "Q000000", "pathway": "supervision"}, area=SOUTH), 404, "/crn")


def test_an_engagement_on_an_unknown_pathway_is_refused(stack, known, unchanged):
    refused(stack.put(f"/engagements/{new_id()}", {"crn": known[0], "pathway": "astrology"}, area=SOUTH), 400, "/pathway")


def test_a_session_on_an_unknown_engagement_is_refused(stack, unchanged):
    refused(stack.put(f"/sessions/{new_id()}", session(new_id()), area=SOUTH), 404, "/engagementId")


@pytest.mark.parametrize("crn", ["X12345", "1234567", "XX12345", "X1234567", "X12345%00", "%2e%2e"])
def test_a_crn_that_is_none_is_refused(stack, unchanged, crn):
    answer = stack.put(f"/people/{crn}", person("X"), area=SOUTH)
    refused(answer, answer.status)
    assert answer.status in (400, 404)


def test_an_id_that_is_no_uuid_is_refused(stack, known, unchanged):
    refused(stack.put("/sessions/seven", session(known[1]), area=SOUTH), 400, "/id")


def test_every_wrong_field_is_named_at_once(stack, unchanged):
    body = {**person("X"), "practitioner": "?"}
    body["personal"].update(telephone="ring me", email="nowhere")
    problem = refused(put_bytes(stack, body), 400)
    assert {"/practitioner", "/personal/telephone", "/personal/email"} <= {e["pointer"] for e in problem["errors"]}


def test_an_address_that_is_not_there_is_404_and_another_method_405(stack, unchanged):
    refused(stack.get("/nowhere", area=SOUTH), 404)
    answer = stack.call("DELETE", "/people/X000001", area=SOUTH)
    refused(answer, 405)
    assert "PUT" in answer.headers["Allow"]


# --- the same again


def test_the_same_session_again_is_the_same_session(stack, known):
    path, body = f"/sessions/{new_id()}", session(known[1])
    first = stack.put(path, body, area=SOUTH)
    assert first.status == 201, first.text
    before = stack.contents(SOUTH) if stack.is_local else None
    again = stack.put(path, body, area=SOUTH)
    assert (again.status, again.text, again.headers["ETag"]) == (200, first.text, first.headers["ETag"])
    assert before is None or stack.contents(SOUTH) == before


def test_the_same_id_with_other_content_is_a_conflict(stack, known):
    path, body = f"/sessions/{new_id()}", session(known[1])
    first = stack.put(path, body, area=SOUTH)
    refused(stack.put(path, {**body, "goal": "another one"}, area=SOUTH), 409, "/id")
    assert stack.get(path, area=SOUTH).text == first.text


def test_the_same_person_with_other_details_is_a_conflict(stack, known):
    refused(stack.put(f"/people/{known[0]}", person(known[0]), area=SOUTH), 409)


def test_a_stale_if_match_is_refused(stack, known, unchanged):
    body = stack.get(f"/people/{known[0]}", area=SOUTH)
    changed = {k: v for k, v in body.json.items() if k != "registeredAt"}
    answer = stack.put(f"/people/{known[0]}", {**changed, "language": "WELSH"}, area=SOUTH, headers={"If-Match": '"7"'})
    refused(answer, 412)


def test_an_if_match_that_is_no_version_is_refused(stack, known, unchanged):
    answer = stack.put(f"/people/{known[0]}", person(known[0]), area=SOUTH, headers={"If-Match": "yesterday"})
    refused(answer, 400)


def test_a_change_that_saw_the_newest_version_is_taken(stack):
    crn, _ = register(stack)
    read = stack.get(f"/people/{crn}")
    changed = {**{k: v for k, v in read.json.items() if k != "registeredAt"}, "language": "WELSH"}
    answer = stack.put(f"/people/{crn}", changed, headers={"If-Match": read.headers["ETag"]})
    assert answer.status == 200 and answer.json["language"] == "WELSH"
    assert answer.headers["ETag"] != read.headers["ETag"]


# --- who may come in


def test_without_a_token_nothing_is_said(stack, known, unchanged):
    answer = stack.get(f"/people/{known[0]}", area=SOUTH, token="")
    refused(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["nonsense", f"{SOUTH}.{'A' * 43}", f"{SOUTH}.", "nowhere." + "A" * 43, "A" * 4000])
def test_a_wrong_token_is_refused(stack, known, unchanged, token):
    refused(stack.get(f"/people/{known[0]}", area=SOUTH, token=token), 401)


def test_an_expired_token_is_refused(local, known, unchanged):
    """Two tokens put into the store by hand, which differ in nothing but their end."""

    def token(expires_at_ms):
        secret = os.urandom(32)
        record = messages.Token(actor="N01A001", roles=[messages.Role.Value("PRACTITIONER")], areas=[SOUTH],
                                expires_at_ms=expires_at_ms)
        key = f"{{{SOUTH}}}:Token:{hashlib.blake2b(secret, digest_size=32).hexdigest()}"
        local.redis().set(key, (1).to_bytes(8, "big") + record.SerializeToString())
        return f"{SOUTH}.{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"

    now_ms = int(time.time() * 1000)
    assert local.get(f"/people/{known[0]}", area=SOUTH, token=token(now_ms + 60_000)).status == 200
    refused(local.get(f"/people/{known[0]}", area=SOUTH, token=token(now_ms - 1)), 401)


def test_a_revoked_token_is_refused_within_seconds(operator, known):
    made = operator.run("token", "--actor", "N01A001", "--roles", "practitioner", "--areas", SOUTH).stdout.split()[-1]
    assert operator.get(f"/people/{known[0]}", area=SOUTH, token=made).status == 200
    assert operator.run("token", "--revoke", made).returncode == 0
    time.sleep(2.5)
    refused(operator.get(f"/people/{known[0]}", area=SOUTH, token=made), 401)


def test_an_area_that_the_token_does_not_cover_is_closed(operator, known, unchanged):
    token = operator.token_for("N01A001", "practitioner", NORTH)
    refused(operator.get(f"/people/{known[0]}", area=SOUTH, token=token), 403)
    refused(operator.put(f"/people/{new_crn()}", person("X"), area=SOUTH, token=token), 403)


def test_an_area_that_does_not_exist_is_not_found(stack, unchanged):
    answer = stack.get("/people/X000001", area="atlantis")
    refused(answer, answer.status)
    assert answer.status in (403, 404)


# --- what must survive


@pytest.mark.parametrize("given_name,family_name", [("Siân", "O'Dŵr-Llŷn"), ("D’Arcy", "Ó Ceallaigh"), ("Ŵyn", 'van der "Berg"'),
                                                    ("Robert'); DROP TABLE people;--", "<script>alert(1)</script>"),
                                                    ("李", "\\u0041\\"), ("🙂", "a\u0301")])
def test_names_survive_as_they_are(stack, given_name, family_name):
    crn = new_crn()
    body = person(crn)
    body["personal"].update(givenName=given_name, familyName=family_name)
    assert stack.put(f"/people/{crn}", body).status == 201
    read = stack.get(f"/people/{crn}").json["personal"]
    assert (read["givenName"], read["familyName"]) == (given_name, family_name)


def test_one_bad_line_of_a_batch_does_not_lose_the_others(stack, known):
    good = [{"id": new_id(), **session(known[1])} for _ in range(3)]
    lines = [json.dumps(good[0]), "{", json.dumps(good[1]), json.dumps({**good[1], "id": "seven"}), json.dumps(good[2])]
    answer = stack.post("/sessions", ("\n".join(lines) + "\n").encode(), area=SOUTH,
                        headers={"Content-Type": "application/x-ndjson"})
    said = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status == 200 and len(said) == 5, answer.text
    assert [line["status"] for line in said] == [201, 400, 201, 400, 201]
    assert all(stack.get(f"/sessions/{s['id']}", area=SOUTH).status == 200 for s in good)


def test_the_whole_history_of_an_engagement_comes_in_as_one_batch(stack):
    """Dozens of lines are under way at once, and each of them changes the engagement: whoever loses such a race tries
    again, and none is overtaken for so long that it is given up."""
    _, engagement = register(stack)
    lines = "".join(json.dumps({"id": new_id(), **session(engagement)}) + "\n" for _ in range(150))
    answer = stack.post("/sessions", lines.encode(), headers={"Content-Type": "application/x-ndjson"}, timeout=120)
    said = [json.loads(line) for line in answer.text.splitlines()]
    assert len(said) == 150 and [line for line in said if line["status"] != 201] == []
    assert stack.get(f"/engagements/{engagement}").json["sessionsHeld"] == 150


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip)
places = texts.filter(lambda text: len(text.encode()) <= 64)
people = st.fixed_dictionaries({
    "practitioner": st.from_regex(r"\A[A-Z0-9]{3,16}\Z"),
    "personal": st.fixed_dictionaries({"givenName": texts, "familyName": texts},
                                      optional={"safeContact": texts, "telephone": st.just("+447700900123")}),
    "language": st.sampled_from(["ENGLISH", "WELSH"]),
}, optional={
    "whereabouts": st.sampled_from(["COMMUNITY", "CUSTODY", "AT_LARGE"]),
    "preferredChannel": st.sampled_from(["SMS", "EMAIL"]),
    "consent": st.fixed_dictionaries({}, optional={"texts": st.sampled_from(["YES", "NO"]), "emails": st.sampled_from(["YES", "NO"])}),
    "mentoring": st.fixed_dictionaries({"wanted": st.just(True)}, optional={"languages": st.lists(st.sampled_from(["cy", "en"]), min_size=1, max_size=2, unique=True), "places": st.lists(places, min_size=1, max_size=3)}),
})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=people)
def test_whatever_person_is_put_is_the_person_that_is_got(stack, body):
    crn = new_crn()
    put = stack.put(f"/people/{crn}", body)
    assert put.status == 201, put.text
    read = stack.get(f"/people/{crn}").json
    assert read.pop("crn") == crn and read.pop("registeredAt")
    assert bool(read.get("mentoring", {}).pop("askedAt", None)) == ("mentoring" in body), "since when they ask"
    assert read == body

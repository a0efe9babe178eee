"""The story of a mentor, from an accepted match to a note that nobody else can open, told through the HTTP door."""

import pytest
import yaml
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.encoding import RawEncoder

import people
from bus import messages
from stack import NORTH
from test_trust import in_clear

CANARY = "canarynote: what I was told on the bench by the canal"


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    """A person, an engagement on the mentoring pathway, and a mentor who has accepted; and who else is about."""
    s = Story()
    s.mentor, s.other_mentor, s.match = people.new_id(), people.new_id(), people.new_id()
    s.crn, s.engagement = people.register(operator, pathway="mentoring", mentoring={"wanted": True})
    s.session, s.note = people.new_id(), people.new_id()
    for mentor in (s.mentor, s.other_mentor):
        operator.made(f"/mentors/{mentor}", people.mentor())
    operator.made(f"/offers/{s.match}", {"crn": s.crn, "mentorId": s.mentor})
    s.as_mentor = operator.token_for(s.mentor, "mentor")
    s.as_other = operator.token_for(s.other_mentor, "mentor")
    s.as_practitioner = operator.token_for("N01A001", "practitioner")
    assert operator.post(f"/offers/{s.match}/accept", {}, token=s.as_mentor).status == 200
    return s


def contact(story, **more):
    plain = people.session(story.engagement, participants=["PERSON", "MENTOR"])
    return {**plain, "measures": [{"name": "alliance", "from": "PERSON", "value": 6}], **more}


def test_chapter_1_the_mentor_finds_their_own_person_and_nothing_by_which_to_find_the_home(operator, story):
    answer = operator.get("/my-people", token=story.as_mentor)
    own, = answer.json["people"]
    assert (own["crn"], own["givenName"], own["engagementId"]) == (story.crn, "Siân", story.engagement)
    assert own.get("explainedVersion", 0) == 0
    assert "Dŵr" not in answer.text and "+4477" not in answer.text and "@" not in answer.text
    assert operator.get("/my-people", token=story.as_other).json.get("people", []) == []
    assert operator.get(f"/my-people/{story.crn}", token=story.as_other).status == 404


def test_chapter_2_no_session_before_the_explanation(operator, story):
    refused = operator.put(f"/sessions/{story.session}", contact(story), token=story.as_mentor)
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/engagementId"
    assert "explanations" in refused.json["errors"][0]["detail"]
    wording = operator.get("/confidentiality", token=story.as_mentor).json
    assert wording["version"] == 1 and len(wording["en"]["passedOn"]) == len(wording["cy"]["passedOn"]) == 5
    given = people.explanation(story.engagement, version=wording["version"], language="WELSH")
    explained = f"/explanations/{people.new_id()}"
    assert operator.put(explained, given, token=story.as_other).status == 404
    assert operator.put(explained, given, token=story.as_mentor).status == 201
    assert operator.put(explained, given, token=story.as_mentor).status == 200
    assert operator.put(f"/sessions/{story.session}", contact(story), token=story.as_mentor).status == 201
    assert operator.get(f"/my-people/{story.crn}", token=story.as_mentor).json["explainedVersion"] == 1


def test_chapter_3_what_was_told_is_refused_in_the_session_and_taken_as_a_note(operator, story):
    told = operator.put(f"/sessions/{people.new_id()}", contact(story, narrative={"text": CANARY}), token=story.as_mentor)
    assert told.status == 422 and told.json["errors"][0]["pointer"] == "/narrative" and "note" in told.json["errors"][0]["detail"]
    note = {"crn": story.crn, "sessionId": story.session, "text": {"text": CANARY}}
    path = f"/notes/{story.note}"
    assert operator.put(path, note, token=story.as_mentor).status == 201
    assert operator.put(path, note, token=story.as_mentor).status == 200
    read = operator.get(path, token=story.as_mentor)
    assert read.json["text"] == {"partition": "MENTORING", "text": CANARY}
    changed = {"text": {"text": CANARY + ", later"}, "why": "I remembered more"}
    assert operator.post(f"{path}/amend", changed, token=story.as_mentor, headers={"If-Match": read.headers["ETag"]}).status == 200
    assert operator.get(f"{path}/versions/1", token=story.as_mentor).json["note"]["text"]["text"] == CANARY
    listed = operator.get(f"/people/{story.crn}/notes", token=story.as_mentor).json["notes"]
    assert [n["text"]["text"] for n in listed] == [CANARY + ", later"]


def test_chapter_4_the_practitioner_sees_the_contact_and_nothing_else(operator, story):
    seen = operator.get(f"/sessions/{story.session}", token=story.as_practitioner)
    assert seen.json["outcome"] == "ATTC" and seen.json["mode"] == "IN_PERSON" and "startsAt" in seen.json
    assert not {"measures", "goal", "narrative", "components"} & seen.json.keys()
    assert "canary" not in operator.get(f"/people/{story.crn}/sessions", token=story.as_practitioner).text


READERS = ["practitioner", "coordinator", "mentor-supervisor", "safeguarding-lead", "auditor", "operator", "manager",
           "case-system", "person"]


@pytest.mark.parametrize("role", READERS)
def test_chapter_5_nobody_else_opens_a_note(operator, story, role):
    token = operator.token_for("N01A001", role)
    for path in (f"/notes/{story.note}", f"/notes/{story.note}/versions/1", f"/people/{story.crn}/notes"):
        answer = operator.get(path, token=token)
        assert answer.status in (403, 404) and "canary" not in answer.text


def test_chapter_5_nor_does_another_mentor(operator, story):
    for path in (f"/notes/{story.note}", f"/notes/{story.note}/versions/1", f"/people/{story.crn}/notes"):
        assert operator.get(path, token=story.as_other).status == 404


def test_chapter_6_the_note_is_nowhere_in_clear(local, story):
    local.redis().save()
    files = [path for path in local.home.rglob("*") if path.is_file() and path.name not in ("sent.jsonl", "build.log")]
    assert in_clear(files, [story.note]), "not even the note's id is found: this test looks in the wrong place"
    assert in_clear(files, ["canarynote"]) == []


def bound(kind, subject, partition, place, version):
    """The additional data of a seal, as common/seal.c makes it, from the same parts."""
    parts = b"".join(len(t.encode()).to_bytes(4, "big") + t.encode() for t in (kind, subject, place))
    return blake2b(parts + bytes([partition]) + version.to_bytes(8, "big"), digest_size=32, encoder=RawEncoder)


def opened(local, story, master):
    """The text of the note, taken from Redis with that master key, as bytes; raises CryptoError where it does not fit."""
    record = local.redis().get(f"{{{NORTH}}}:Note:{story.note}")
    wrapped = local.redis().get(f"{{{NORTH}}}:DataKey:{story.crn}/3")
    version, note = int.from_bytes(record[:8], "big"), messages.Note.FromString(record[8:])
    wrapped = messages.DataKey.FromString(wrapped[8:])
    key = decrypt(wrapped.box, bound("DataKey", story.crn, 3, "key", 0), wrapped.nonce, master)
    seal = note.text.seal
    return decrypt(seal.box, bound("Narrative", story.crn, 3, f"Note/{story.note}", version), seal.nonce, key)


def test_chapter_7_no_key_of_the_practitioners_path_opens_it_and_the_mentors_does(local, story):
    peers = {p["name"]: p["opens"] for p in yaml.safe_load((local.home / "keys" / "peers.yaml").read_text())["peers"]}
    assert [name for name, opens in peers.items() if "mentoring" in opens] == ["mentoring"]
    assert peers["gateway"] == []

    def master(partition):
        return bytes.fromhex((local.home / "keys" / f"{partition}.master").read_text().strip())

    assert b"canarynote" in opened(local, story, master("mentoring")), "this test cannot open anything"
    for partition in {p for name in ("intake", "gateway", "matching", "safeguarding") for p in peers[name]}:
        with pytest.raises(CryptoError):
            opened(local, story, master(partition))


def test_chapter_8_when_the_match_ends_the_author_reads_no_more(operator, story):
    assert operator.post(f"/offers/{story.match}/end", {"why": "moved away"}).status == 200
    assert operator.get(f"/notes/{story.note}", token=story.as_mentor).status == 404
    assert operator.get(f"/people/{story.crn}/notes", token=story.as_mentor).status == 404
    assert operator.get(f"/my-people/{story.crn}", token=story.as_mentor).status == 404
    assert operator.get(f"/sessions/{story.session}", token=story.as_mentor).status == 404
    assert operator.get("/my-people", token=story.as_mentor).json.get("people", []) == []

"""The story of a mentor, from an accepted match to a note that nobody else can open, told through the HTTP door."""

import os

import pytest
import yaml
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from selenium.webdriver.common.by import By

import people
from bus import messages
from chromium import until
from stack import NORTH
from test_mentor_sign_in import Mentor, click, until_shown
from test_stolen_copy import in_clear

pytestmark = pytest.mark.trust

CANARY = "canarynote: what I was told on the bench by the canal"


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    """A person, an engagement on the mentoring pathway, and a mentor who has accepted; and who else is about."""
    s = Story()
    s.mentor, s.other_mentor, s.match = people.new_id(), people.new_id(), people.new_id()
    s.crn, s.engagement = people.register(operator, pathway="mentoring", mentoring={"wanted": True, "conflictsChecked": True})
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
        assert answer.status == 404 and "canary" not in answer.text


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


# --- on a telephone

@pytest.fixture(scope="module")
def phone_story(outbox):
    """A mentor of one person, neither of whom has met yet."""
    s = Story()
    s.mentor, s.match = Mentor(outbox), people.new_id()
    s.crn, s.engagement = people.register(outbox, pathway="mentoring", mentoring={"wanted": True, "conflictsChecked": True})
    outbox.made(f"/offers/{s.match}", {"crn": s.crn, "mentorId": s.mentor.id})
    s.token = outbox.token_for(s.mentor.id, "mentor")
    assert outbox.post(f"/offers/{s.match}/accept", {}, token=s.token).status == 200
    return s


def until_view(browser, view):
    until(browser, lambda b: b.find_element(By.CSS_SELECTOR, f"[data-view={view}]").is_displayed(), view)


def choose(browser, form, name, value):
    field = browser.find_element(By.CSS_SELECTOR, f"[data-sends={form}] [name={name}][value={value}]")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.click()


def submit(browser, form):
    click(browser, f"[data-sends={form}] button.primary")


def looked_at(browser, name):
    """Fits the telephone; and a picture of it for whoever asks for pictures."""
    width = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{name} must not scroll sideways"
    if folder := os.environ.get("ALONGSIDE_TEST_PICTURES"):
        height = browser.execute_script("return document.documentElement.scrollHeight")
        browser.set_window_size(390, max(844, height + 100))
        browser.save_screenshot(f"{folder}/mentor-{name}.png")
        browser.set_window_size(390, 844)


def test_on_a_telephone_a_mentor_explains_records_and_writes(phone_story, browser):
    stack = phone_story.mentor.stack
    browser.get(phone_story.mentor.link())
    until_shown(browser, "link")
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#people button"))
    looked_at(browser, "people")
    click(browser, "#people button")
    until_view(browser, "person")
    looked_at(browser, "person")

    click(browser, "#go-contact")
    until_view(browser, "contact")
    choose(browser, "contact", "came", "ON_TIME")
    submit(browser, "contact")
    until(browser, lambda b: b.find_element(By.ID, "trouble").is_displayed())
    assert "Explain confidentiality first" in browser.find_element(By.ID, "trouble").text
    looked_at(browser, "contact-refused")

    click(browser, "[data-sends=contact] [data-goes=person]")
    click(browser, "#go-explain")
    until_view(browser, "explain")
    looked_at(browser, "explain")
    click(browser, "#wording-language")
    assert "Beth sy’n aros rhyngom ni" in browser.find_element(By.ID, "wording-title").text
    assert browser.find_element(By.ID, "wording").get_attribute("lang") == "cy"
    looked_at(browser, "explain-welsh")
    choose(browser, "explain", "how", "ON_SCREEN")
    submit(browser, "explain")
    until_view(browser, "person")
    given, = stack.get(f"/engagements/{phone_story.engagement}/explanations").json["explanations"]
    assert (given["language"], given["acknowledged"], given["givenBy"]) == ("WELSH", "ON_SCREEN", phone_story.mentor.id)

    click(browser, "#go-contact")
    until_view(browser, "contact")
    choose(browser, "contact", "came", "ON_TIME")
    submit(browser, "contact")
    until_view(browser, "person")
    session, = stack.get(f"/people/{phone_story.crn}/sessions").json["sessions"]
    assert session["recordedBy"] == phone_story.mentor.id and session["outcome"] == "ATTC"

    click(browser, "[data-goes=write]")
    until_view(browser, "write")
    browser.find_element(By.ID, "text").send_keys("A canaryphone note. Then something that must be passed on. Then more.")
    looked_at(browser, "write")
    stored = browser.execute_script("return JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "canaryphone" not in stored, "an unsent note does not lie on the phone"
    submit(browser, "write")
    until(browser, lambda b: "canaryphone" in b.find_element(By.ID, "notes").text)
    assert browser.find_element(By.ID, "text").get_attribute("value") == ""
    note, = stack.get(f"/people/{phone_story.crn}/notes", token=phone_story.token).json["notes"]
    assert "canaryphone" in note["text"]["text"]
    looked_at(browser, "notes")

    click(browser, "#notes article button")
    until_view(browser, "disclose")
    click(browser, "#take")
    assert "Select a part" in browser.find_element(By.ID, "trouble").text
    browser.execute_script("const t = document.getElementById('whole'), at = t.value.indexOf('something');"
                           "t.focus(); t.setSelectionRange(at, t.value.indexOf('.', at))")
    click(browser, "#take")
    assert browser.find_element(By.ID, "extract").text == "something that must be passed on"
    choose(browser, "disclose", "told", "NO")
    assert browser.find_element(By.ID, "untold-why").is_displayed()
    looked_at(browser, "disclose")

    click(browser, "#language")
    assert "Trosglwyddo rhywbeth" in browser.find_element(By.TAG_NAME, "body").text
    looked_at(browser, "disclose-welsh")
    click(browser, "#sign-out")
    until_shown(browser, "ended")
    assert "canaryphone" not in browser.page_source
    assert browser.execute_script("return document.getElementById('whole').value") == ""

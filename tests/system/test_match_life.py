"""The life of a match, from an offer that was declined to what is said afterwards, through the HTTP door."""

import re

import pytest
from selenium.webdriver.common.by import By

import people
from chromium import until
from stack import NORTH, ROOT, wait_for

pytestmark = pytest.mark.same_everywhere


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    s = Story()
    s.declines, s.mentor, s.declined, s.match = (people.new_id() for _ in range(4))
    s.crn, s.engagement = people.register(operator, pathway="mentoring", mentoring={"wanted": True, "conflictsChecked": True})
    for mentor in (s.declines, s.mentor):
        operator.made(f"/mentors/{mentor}", people.mentor())
    s.as_declines = operator.token_for(s.declines, "mentor")
    s.as_mentor = operator.token_for(s.mentor, "mentor")
    s.as_practitioner = operator.token_for("N01A001", "practitioner")
    s.as_supervisor = operator.token_for("S01A001", "mentor-supervisor")
    return s


def tasks(stack, story, token=None):
    """The open tasks about the story's person, by kind."""
    found, after = {}, ""
    while True:
        part = stack.get(f"/matching-tasks?limit=200&after={after}", token=token).json
        found |= {task["kind"]: task for task in part.get("tasks", []) if task.get("crn") == story.crn}
        after = part.get("next", "")
        if not after:
            return found


def test_chapter_1_a_declined_offer_is_before_a_coordinator_at_once_with_the_next_candidate(operator, story):
    operator.made(f"/offers/{story.declined}", {"crn": story.crn, "mentorId": story.declines})
    assert operator.post(f"/offers/{story.declined}/decline", {}, token=story.as_declines).status == 200
    assert tasks(operator, story)["OFFER_DECLINED"]["offerId"] == story.declined
    named = wait_for(lambda: tasks(operator, story)["OFFER_DECLINED"].get("nextMentorId"))
    assert named not in ("", story.declines)
    assert "nextMentorId" not in tasks(operator, story, story.as_practitioner)["OFFER_DECLINED"]


def test_chapter_2_the_next_offer_settles_it_and_is_accepted(operator, story):
    operator.made(f"/offers/{story.match}", {"crn": story.crn, "mentorId": story.mentor})
    assert tasks(operator, story) == {}
    assert operator.post(f"/offers/{story.match}/accept", {}, token=story.as_mentor).status == 200


def test_chapter_3_the_practitioner_introduces_the_two(operator, story):
    path, said = f"/offers/{story.match}/introduce", {"at": people.at(minutes=-1), "how": "THREE_WAY_MEETING"}
    assert operator.post(path, said, token=story.as_mentor).status == 404
    assert operator.post(path, {"how": "THREE_WAY_MEETING"}, token=story.as_practitioner).json["errors"][0]["pointer"] == "/at"
    assert operator.post(path, said, token=story.as_practitioner).json["by"] == "N01A001"
    assert operator.get(f"/offers/{story.match}").json["introduction"]["how"] == "THREE_WAY_MEETING"


def test_chapter_4_a_contact_that_the_mentor_records_is_known_to_matching(operator, story):
    explained = people.explanation(story.engagement, givenAt=people.at(minutes=-5))
    assert operator.put(f"/explanations/{people.new_id()}", explained, token=story.as_mentor).status == 201
    met = people.session(story.engagement, startsAt=people.at(), endsAt=people.at(seconds=1),
                         participants=["PERSON", "MENTOR"], measures=[{"name": "alliance", "from": "PERSON", "value": 6}])
    assert operator.put(f"/sessions/{people.new_id()}", met, token=story.as_mentor).status == 201
    assert wait_for(lambda: operator.get(f"/offers/{story.match}").json.get("lastContactAt"))


def test_chapter_5_the_mentors_supervisor_records_a_supervision(operator, story):
    held = {"at": people.at(minutes=-1)}
    assert operator.post(f"/mentors/{story.mentor}/supervision", held, token=story.as_mentor).status == 404
    answer = operator.post(f"/mentors/{story.mentor}/supervision", held, token=story.as_supervisor)
    assert answer.status == 200 and answer.json["supervisedBy"] == "S01A001"
    assert answer.json["supervisedUntil"] > people.at(days=27)


def test_chapter_6_while_the_mentor_is_away_another_has_the_person_and_not_the_notes(operator, story):
    note = people.new_id()
    written = {"crn": story.crn, "text": {"text": "canary: what the first mentor was told"}}
    assert operator.put(f"/notes/{note}", written, token=story.as_mentor).status == 201
    away = {"from": people.at(minutes=-1), "until": people.at(days=7)}
    assert operator.post(f"/mentors/{story.mentor}/absence", away, token=story.as_supervisor).status == 200
    assert wait_for(lambda: "COVER_NEEDED" in tasks(operator, story))
    assert operator.get("/my-people", token=story.as_declines).json.get("people", []) == []
    covered = operator.post(f"/offers/{story.match}/cover", {"mentorId": story.declines, **away})
    assert covered.status == 200 and covered.json["mentorId"] == story.mentor
    assert "COVER_NEEDED" not in tasks(operator, story)
    own, = operator.get("/my-people", token=story.as_declines).json["people"]
    assert own["crn"] == story.crn and "coversUntil" in own
    assert operator.get(f"/notes/{note}", token=story.as_declines).status == 404
    assert operator.get(f"/people/{story.crn}/notes", token=story.as_declines).json.get("notes", []) == []
    assert operator.post(f"/offers/{story.match}/end-cover", {}).status == 200
    assert operator.get("/my-people", token=story.as_declines).json.get("people", []) == []


def test_chapter_7_a_match_ends_with_a_goodbye(operator, story):
    assert "endingSince" in operator.post(f"/offers/{story.match}/end", {}).json
    assert "GOODBYE_DUE" in tasks(operator, story)
    assert operator.get(f"/mentors/{story.mentor}").json["placesTaken"] == 1
    ended = operator.post(f"/offers/{story.match}/end", {"goodbye": {"at": people.at(seconds=-1)}})
    assert ended.status == 200 and "endedAt" in ended.json
    assert operator.get(f"/mentors/{story.mentor}").json.get("placesTaken", 0) == 0
    assert set(tasks(operator, story)) == {"FEEDBACK_DUE"}


def test_chapter_8_both_sides_say_how_it_was_and_neither_reads_the_other(operator, story):
    as_person = operator.token_for(story.crn, "person")
    sides = {"FROM_PERSON": (as_person, "canary: she listened"), "FROM_MENTOR": (story.as_mentor, "canary: hard at first")}
    for token, text in sides.values():
        said = {"matchId": story.match, "answers": [{"question": "HELPED", "value": 5}], "text": {"text": text}}
        assert operator.put(f"/feedback/{people.new_id()}", said, token=token).status == 201
        refused = operator.get(f"/people/{story.crn}/feedback", token=token)
        assert refused.status == 404 and "canary" not in refused.text
    for token in (None, story.as_supervisor):
        read = operator.get(f"/people/{story.crn}/feedback", token=token).json["feedback"]
        assert {f["from"]: f["text"]["text"] for f in read} == {side: text for side, (_, text) in sides.items()}
    assert tasks(operator, story) == {}
    as_officer = operator.token_for("R01A001", "records-officer")
    given = operator.get(f"/people/{story.crn}/subject-access", token=as_officer).text
    assert "she listened" in given and "hard at first" not in given


def coordinators_page(operator, browser):
    browser.get(f"{operator.url}/matching#{NORTH}")
    browser.find_element(By.ID, "token").send_keys(operator.token_for("C01A001", "coordinator"))
    browser.find_element(By.CSS_SELECTOR, "#sign-in button").click()


def test_a_conflict_that_comes_to_light_during_a_match_is_before_a_human_at_once_and_nobody_is_told_which(operator, browser):
    s = Story()
    s.crn, engagement = people.register(operator, mentoring={"wanted": True, "conflictsChecked": True})
    operator.made(f"/appointments/{people.new_id()}", people.appointment(engagement, minutes=3000, mentorRole="GREETER"))
    assert wait_for(lambda: tasks(operator, s).get("BOOKING_NEEDED"))
    mentor, match = people.new_id(), people.new_id()
    as_mentor, as_practitioner = operator.token_for(mentor, "mentor"), operator.token_for("N01A001", "practitioner")
    as_supervisor = operator.token_for("S01A001", "mentor-supervisor")
    operator.made(f"/mentors/{mentor}", people.mentor())
    operator.made(f"/offers/{match}", {"crn": s.crn, "mentorId": mentor})
    assert operator.post(f"/offers/{match}/accept", {}, token=as_mentor).status == 200

    def recorded(path, token, change):
        read = operator.get(path, token=token)
        changed = {k: v for k, v in change(read.json).items() if k != "registeredAt"}
        answer = operator.put(path, changed, token=token, headers={"If-Match": read.headers["ETag"]})
        assert answer.status == 200, answer.text

    def of_person(*conflicts):
        recorded(f"/people/{s.crn}", as_practitioner,
                 lambda person: person | {"mentoring": person["mentoring"] | {"conflicts": list(conflicts)}})

    def of_mentor(*conflicts):
        recorded(f"/mentors/{mentor}", as_supervisor, lambda record: record | {"conflicts": list(conflicts)})

    seen = operator.get("/my-people", token=as_mentor).text
    of_person({"kind": "VICTIM_OR_WITNESS", "with": mentor})
    found = wait_for(lambda: tasks(operator, s).get("MUST_NOT_MEET"))
    assert (found["offerId"], found["mentorId"]) == (match, mentor) and "grounds" not in found
    assert tasks(operator, s, as_practitioner)["MUST_NOT_MEET"] == tasks(operator, s, as_supervisor)["MUST_NOT_MEET"] == found
    assert operator.get("/my-people", token=as_mentor).text == seen
    assert operator.get(f"/offers/{match}").json["state"] == "ACCEPTED"
    of_person()
    assert wait_for(lambda: "MUST_NOT_MEET" not in tasks(operator, s))
    of_mentor({"kind": "CO_DEFENDANT", "with": s.crn})
    assert wait_for(lambda: "MUST_NOT_MEET" in tasks(operator, s))
    coordinators_page(operator, browser)
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, f"#tasks > li[data-crn={s.crn}]"), "the person's tasks")
    assert browser.find_element(By.CSS_SELECTOR, "#tasks > li").get_attribute("data-kind") == "MUST_NOT_MEET"
    assert operator.post(f"/offers/{match}/end", {"why": "they must not meet", "forCause": True}).status == 200
    assert set(tasks(operator, s)) == {"BOOKING_NEEDED", "FEEDBACK_DUE"}
    as_officer = operator.token_for("R01A001", "records-officer")
    assert f"apart-{match}" not in operator.get(f"/people/{s.crn}/subject-access", token=as_officer).text


def test_every_kind_of_task_has_its_words_on_the_page():
    kinds = re.search(r"enum MatchingTaskKind {(.*?)}", (ROOT / "proto" / "match_life.proto").read_text(), re.S)[1]
    words = (ROOT / "services" / "gateway" / "web" / "matching-words.js").read_text()
    named = [kind for kind, number in re.findall(r"(\w+) = (\d+);", kinds) if number != "0"]
    assert len(named) > 5 and not [kind for kind in named if f"\n  {kind}: [" not in words]


def test_what_is_left_undone_is_closed_on_the_page_with_a_reason(operator, browser):
    crn, engagement = people.register(operator, mentoring={"wanted": True, "conflictsChecked": True})
    mentor, offer = people.new_id(), people.new_id()
    operator.made(f"/appointments/{people.new_id()}", people.appointment(engagement, minutes=3000, mentorRole="GREETER"))
    operator.made(f"/mentors/{mentor}", people.mentor())
    operator.made(f"/offers/{offer}", {"crn": crn, "mentorId": mentor})
    assert operator.post(f"/offers/{offer}/decline", {}, token=operator.token_for(mentor, "mentor")).status == 200
    coordinators_page(operator, browser)
    close, why, own = "details button", "details input", f"#tasks > li[data-crn={crn}][data-kind=OFFER_DECLINED]"
    until(browser, lambda b: "Next: " in b.find_element(By.CSS_SELECTOR, own).get_attribute("textContent"),
          f"a next candidate, of {operator.get('/matching-tasks?limit=200').text},")
    browser.find_element(By.CSS_SELECTOR, f"{own} summary").click()
    browser.find_element(By.CSS_SELECTOR, f"{own} {close}").click()
    until(browser, lambda b: b.find_element(By.ID, "error").text == "Write why nothing is left to do.")
    browser.find_element(By.CSS_SELECTOR, f"{own} {why}").send_keys("moves to another area")
    browser.find_element(By.CSS_SELECTOR, f"{own} {close}").click()
    until(browser, lambda b: not b.find_elements(By.CSS_SELECTOR, own))
    left, = (t for t in operator.get("/matching-tasks?limit=200").json["tasks"] if t.get("crn") == crn)
    assert left["kind"] == "BOOKING_NEEDED"


def test_a_mentor_is_booked_on_the_page_and_a_refusal_says_why(operator, browser):
    crn, engagement = people.register(operator, mentoring={"conflictsChecked": True})
    appointment, paused, greets = (people.new_id() for _ in range(3))
    for mentor in (paused, greets):
        operator.made(f"/mentors/{mentor}", people.mentor())
    assert operator.post(f"/mentors/{paused}/pause", {}).status == 200
    operator.made(f"/appointments/{appointment}", people.appointment(engagement, minutes=3000, mentorRole="GREETER"))
    coordinators_page(operator, browser)
    own = f"#tasks > li[data-crn={crn}]"
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, own), "the task")
    for mentor, said in ("", "Choose a mentor."), (paused, "The mentor is paused."):
        browser.find_element(By.CSS_SELECTOR, f"{own} select option[value='{mentor}']").click()
        browser.find_element(By.CSS_SELECTOR, f"{own} .step button").click()
        until(browser, lambda b: said in b.find_element(By.ID, "error").text, said)
    browser.find_element(By.CSS_SELECTOR, f"{own} select option[value='{greets}']").click()
    browser.find_element(By.CSS_SELECTOR, f"{own} .step button").click()
    until(browser, lambda b: not b.find_elements(By.CSS_SELECTOR, own), "an end of the task")
    booking = operator.get(f"/appointments/{appointment}/booking").json
    assert (booking["state"], booking["role"], booking["mentorId"]) == ("BOOKED", "GREETER", greets)
    assert booking["bookedBy"] == "C01A001"

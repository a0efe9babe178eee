"""The life of a match, from an offer that was declined to what is said afterwards, through the HTTP door."""

import pytest

import people
from stack import wait_for


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    s = Story()
    s.declines, s.mentor, s.declined, s.match = (people.new_id() for _ in range(4))
    s.crn, s.engagement = people.register(operator, pathway="mentoring", mentoring={"wanted": True})
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
    named = wait_for("the next candidate", lambda: tasks(operator, story)["OFFER_DECLINED"].get("nextMentorId"))
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
    wait_for("the contact", lambda: operator.get(f"/offers/{story.match}").json.get("lastContactAt"))


def test_chapter_5_the_mentors_supervisor_records_a_supervision(operator, story):
    held = {"at": people.at(minutes=-1)}
    assert operator.post(f"/mentors/{story.mentor}/supervision", held, token=story.as_mentor).status == 404
    answer = operator.post(f"/mentors/{story.mentor}/supervision", held, token=story.as_supervisor)
    assert answer.status == 200 and answer.json["supervisedBy"] == "S01A001"
    assert answer.json["supervisedUntil"] > people.at(days=27)

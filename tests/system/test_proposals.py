"""A whole waiting list, from those who wait to the mentors' answers, told through the HTTP door."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import people
from chromium import until
from stack import SOUTH, wait_for

pytestmark = pytest.mark.same_everywhere


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    """Three people and two mentors in a place where nobody else of the area goes; one of the mentors alone fits Ann."""
    s = Story()
    s.place = f"Station {people.new_id()[:8]}"
    s.first, s.second = sorted((people.new_id(), people.new_id()))
    for mentor in (s.first, s.second):
        operator.made(f"/mentors/{mentor}", people.mentor(places=[s.place], remote=False, capacity=1), area=SOUTH)
    s.ann, s.ben, s.cai = people.new_crn(), people.new_crn(), people.new_crn()
    s.people = [s.ann, s.ben, s.cai]
    not_with = {s.ann: [s.second]}
    for crn in s.people:
        wish = {"wanted": True, "conflictsChecked": True, "places": [s.place], "experiences": ["custody"], "notWith": not_with.get(crn, [])}
        operator.made(f"/people/{crn}", people.person(crn, mentoring=wish), area=SOUTH)
    s.proposal = people.new_id()
    s.coordinator = operator.token_for("C07A001", "coordinator")
    return s


def ask(stack, story, method, path, body=None, **more):
    answer = stack.call(method, path, body, area=SOUTH, token=story.coordinator, **more)
    assert answer.status in (200, 201, 204), answer.text
    return answer


def waiting(stack, story):
    listed, after = [], ""
    while True:
        page = ask(stack, story, "GET", f"/waiting-list?limit=200&after={after}").json
        listed += [person["crn"] for person in page.get("people", [])]
        after = page.get("next", "")
        if not after:
            return [crn for crn in listed if crn in story.people]


def pairs(stack, story):
    listed, after = {}, ""
    while True:
        page = ask(stack, story, "GET", f"/proposals/{story.proposal}/pairs?limit=200&after={after}").json
        listed.update({pair["crn"]: pair for pair in page.get("pairs", []) if pair["crn"] in story.people})
        after = page.get("next", "")
        if not after:
            return listed


def served(stack, story):
    return {crn: pair["mentorId"] for crn, pair in pairs(stack, story).items() if pair.get("mentorId")}


def test_chapter_1_who_wants_a_mentor_is_on_the_list_in_the_order_of_their_wait(operator, story):
    assert wait_for(lambda: len(waiting(operator, story)) == 3, 20)
    assert waiting(operator, story) == story.people
    refused = operator.call("GET", "/waiting-list", area=SOUTH, token=operator.token_for("N01A001", "practitioner"))
    assert refused.status == 404


def test_chapter_2_the_proposal_keeps_the_one_mentor_for_whom_nobody_else_fits_and_proves_it(operator, story):
    made = ask(operator, story, "PUT", f"/proposals/{story.proposal}", {})
    assert made.status == 201
    proposal = made.json
    proof = proposal["certificate"]
    assert proof.get("primalBands") == proof.get("dualBands") and proof.get("primalPoints") == proof.get("dualPoints")
    assert proposal["proposedBy"] == "C07A001" and proposal["state"] == "PROPOSED"
    said = pairs(operator, story)
    assert len(served(operator, story)) == 2
    for pair in said.values():
        if pair.get("mentorId"):
            assert pair["score"] == sum(reason.get("points", 0) for reason in pair["reasons"])
        else:
            assert pair["code"] == "all_full" and pair["words"]
    assert ask(operator, story, "PUT", f"/proposals/{story.proposal}", {}).status == 200
    assert story.proposal in [p["id"] for p in ask(operator, story, "GET", "/proposals").json["proposals"]]


def test_chapter_3_a_pair_that_is_struck_out_goes_elsewhere_and_the_revision_shows_it(operator, story):
    before = served(operator, story)
    mentor = before.get(story.ann)
    crn = story.ann if mentor else next(crn for crn, with_whom in before.items() if with_whom == story.first)
    verdict = {"verdict": "STRIKE", "mentorId": before[crn]}
    path = f"/proposals/{story.proposal}/pairs/{crn}/review"
    refused = operator.call("POST", path, verdict, area=SOUTH, token=story.coordinator)
    assert refused.status == 400 and refused.json["errors"][0]["pointer"] == "/why"
    ask(operator, story, "POST", path, {**verdict, "why": "they are neighbours"})
    solved = ask(operator, story, "POST", f"/proposals/{story.proposal}/solve", {}).json
    assert (solved["revision"], solved.get("unsolved", 0)) == (2, 0)
    after = served(operator, story)
    assert after.get(crn) != before[crn] and len(after) == 2
    ask(operator, story, "POST", path, {"verdict": "LET_GO"})


def test_chapter_4_a_repair_is_shown_before_it_is_taken(operator, story):
    lost = story.second
    asked = {"lostMentorId": lost, "mostMoved": 2}
    shown = ask(operator, story, "POST", f"/proposals/{story.proposal}/repair", asked).json
    assert shown["nobodyMoves"].get("moved", 0) == 0 and shown["revision"] == 2
    assert lost in [pair.get("wasMentorId") for pair in shown["nobodyMoves"]["pairs"]]
    assert ask(operator, story, "GET", f"/proposals/{story.proposal}").json["revision"] == 2
    ask(operator, story, "POST", f"/proposals/{story.proposal}/repair", {**asked, "take": "NOBODY_MOVES", "revision": 2})
    assert lost not in served(operator, story).values()
    assert ask(operator, story, "POST", f"/proposals/{story.proposal}/solve", {}).json["revision"] == 4


def test_chapter_5_published_pairs_are_offers_of_the_one_who_published_and_the_mentors_are_told(operator, story):
    read = ask(operator, story, "GET", f"/proposals/{story.proposal}")
    path = f"/proposals/{story.proposal}/publish"
    stale = operator.call("POST", path, {}, area=SOUTH, token=story.coordinator, headers={"If-Match": '"1"'})
    assert stale.status == 412
    ask(operator, story, "POST", path, {}, headers={"If-Match": read.headers["ETag"]})
    done = wait_for(lambda: ask(operator, story, "GET", f"/proposals/{story.proposal}").json["state"] == "PUBLISHED", 30)
    assert done
    story.offered = {crn: pair for crn, pair in pairs(operator, story).items() if pair.get("offerId")}
    assert len(story.offered) == 2
    for crn, pair in story.offered.items():
        offer = ask(operator, story, "GET", f"/offers/{pair['offerId']}").json
        assert (offer["crn"], offer["mentorId"], offer["offeredBy"]) == (crn, pair["mentorId"], "C07A001")
    assert wait_for(lambda: len(waiting(operator, story)) == 1, 20)


def test_chapter_6_the_mentors_answer_and_who_was_declined_waits_again(operator, story):
    (yes, no) = story.offered.values()
    accepted = operator.post(f"/offers/{yes['offerId']}/accept", {}, area=SOUTH,
                             token=operator.token_for(yes["mentorId"], "mentor"))
    declined = operator.post(f"/offers/{no['offerId']}/decline", {}, area=SOUTH,
                             token=operator.token_for(no["mentorId"], "mentor"))
    assert (accepted.status, declined.status) == (200, 200)
    assert wait_for(lambda: no["crn"] in waiting(operator, story) and yes["crn"] not in waiting(operator, story), 20)
    assert {pair["crn"]: pair.get("offerState") for pair in pairs(operator, story).values() if pair.get("offerId")} == {
        yes["crn"]: "ACCEPTED", no["crn"]: "DECLINED"}
    ask(operator, story, "POST", f"/proposals/{story.proposal}/solve", {})
    again = pairs(operator, story)[no["crn"]]
    assert again.get("mentorId") != no["mentorId"] and again["struck"][0]["mentorId"] == no["mentorId"]


def person_on_page(browser, crn):
    return browser.find_element(By.CSS_SELECTOR, f'#pairs > li[data-crn="{crn}"]')


@pytest.fixture
def page(operator, story, browser):
    """The coordinator's page, signed in, with the story's mentors free again for those who wait."""
    for crn, pair in story.offered.items():
        if ask(operator, story, "GET", f"/offers/{pair['offerId']}").json["state"] == "ACCEPTED":
            ask(operator, story, "POST", f"/offers/{pair['offerId']}/end", {"why": "the story goes on"})
    assert wait_for(lambda: len(waiting(operator, story)) == 3, 20)
    browser.get(f"{operator.url}/matching#{SOUTH}")
    browser.find_element(By.ID, "token").send_keys(story.coordinator)
    browser.find_element(By.CSS_SELECTOR, "#sign-in button").click()
    until(browser, lambda b: b.find_element(By.ID, "propose").is_displayed())
    return browser


def test_chapter_7_a_coordinator_does_all_of_it_on_a_page(operator, story, page):
    page.find_element(By.ID, "propose").click()
    until(page, lambda b: b.find_elements(By.CSS_SELECTOR, "#pairs > li"))
    story.proposal = ask(operator, story, "GET", "/proposals?limit=1").json["proposals"][0]["id"]
    before = served(operator, story)
    assert len(before) == 2
    crn = next(crn for crn in before if crn != story.ann)
    item = person_on_page(page, crn)
    item.find_element(By.TAG_NAME, "summary").click()
    until(page, lambda _: "Siân" in item.find_element(By.CLASS_NAME, "who").text)
    assert item.find_elements(By.CSS_SELECTOR, ".reasons li")
    item.find_element(By.CSS_SELECTOR, '[data-verdict="STRIKE"]').click()
    until(page, lambda b: "Write why" in b.find_element(By.ID, "error").text)
    item.find_element(By.CSS_SELECTOR, ".verdict input").send_keys("they are neighbours")
    item.find_element(By.CSS_SELECTOR, '[data-verdict="STRIKE"]').click()
    until(page, lambda b: b.find_element(By.ID, "unsolved").is_displayed())
    assert page.switch_to.active_element.tag_name == "summary", "the focus stays on the person"
    page.find_element(By.ID, "solve").click()
    until(page, lambda b: not b.find_element(By.ID, "unsolved").is_displayed())
    after = served(operator, story)
    assert after.get(crn) != before[crn]
    Select(page.find_element(By.ID, "lost")).select_by_value(after[next(iter(after))])
    page.find_element(By.CSS_SELECTOR, "#repair button").click()
    until(page, lambda b: b.find_element(By.ID, "repairs").is_displayed())
    assert len(page.find_elements(By.CSS_SELECTOR, "#options > li")) == 2
    page.find_element(By.ID, "publish").click()
    page.switch_to.alert.accept()
    until(page, lambda b: "Published, by C07A001" in b.find_element(By.ID, "facts").text)
    assert all(pair.get("offerId") for pair in pairs(operator, story).values() if pair.get("mentorId"))
    assert not page.get_log("browser")


def test_chapter_8_what_is_kept_of_it_is_whole(local, story):
    done = local.run("verify")
    assert done.returncode == 0, done.stdout + done.stderr

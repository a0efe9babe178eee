"""A mentor, a practitioner and a disclosure, as one story in the order in which it happens: the mentor on a telephone, the
safeguarding lead on another, and whoever else may not know of it at the HTTP door."""

import os
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import people
from chromium import chromium, until
from stack import NORTH, wait_for
from test_events import Follower
from test_mentor_sign_in import NAME, Phone, click, links_to, newest_link, until_shown
from test_mentoring import choose, submit, until_view
from test_safeguarding import LEAD, LEAD_EMAIL, LEAD_TELEPHONE, about, on_call, view

pytestmark = pytest.mark.trust

CANARY = "canarystory"
BEFORE = f"We sat by the canal. {CANARY} He misses his mother."
EXTRACT = "On Friday he will wait for his brother with a knife canarydisclosed"
AFTER = "Then we talked about football."
PRACTITIONER, COORDINATOR, SUPERVISOR = "N31A031", "C31A031", "S31A031"


class Story:
    """Who is in it, and what one chapter hands to the next."""

    def __init__(self, stack):
        self.crn, self.engagement, self.offer = people.new_crn(), people.new_id(), people.new_id()
        self.mentor, self.telephone = people.new_id(), people.new_telephone()
        for name, actor, roles in (("practitioner", PRACTITIONER, "practitioner"), ("coordinator", COORDINATOR, "coordinator"),
                                   ("supervisor", SUPERVISOR, "mentor-supervisor"), ("lead", LEAD, "safeguarding-lead"),
                                   ("manager", "M31A031", "manager")):
            setattr(self, f"as_{name}", stack.token_for(actor, roles))

    def comes_in(self, stack):
        stack.made(f"/people/{self.crn}", people.person(self.crn, practitioner=PRACTITIONER, mentoring={"wanted": True, "conflictsChecked": True}),
                   token=self.as_practitioner)
        stack.made(f"/engagements/{self.engagement}", {"crn": self.crn, "pathway": "mentoring"}, token=self.as_practitioner)
        mentor = people.mentor(supervisor=SUPERVISOR)
        mentor["personal"]["telephone"] = self.telephone
        stack.made(f"/mentors/{self.mentor}", mentor, token=self.as_coordinator)


@pytest.fixture(scope="module")
def story(operator, outbox):
    told = Story(operator)
    on_call(operator)
    told.comes_in(operator)
    return told


@pytest.fixture(scope="module")
def phone():
    """The mentor's."""
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def leads_phone():
    with chromium() as driver:
        yield driver


def page(driver):
    return driver.find_element(By.TAG_NAME, "body").text


def looked_at(driver, name):
    """Fits the telephone; and a picture of it for whoever asks for pictures."""
    assert driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0, name
    if folder := os.environ.get("ALONGSIDE_TEST_PICTURES"):
        height = driver.execute_script("return document.documentElement.scrollHeight")
        driver.set_window_size(390, max(844, height + 150))
        driver.save_screenshot(f"{folder}/story-{name}.png")
        driver.set_window_size(390, 844)


def test_chapter_1_a_coordinator_offers_a_person_and_the_mentor_accepts(stack, story, phone):
    offer = {"crn": story.crn, "mentorId": story.mentor}
    assert stack.made(f"/offers/{story.offer}", offer, token=story.as_coordinator)["offeredBy"] == COORDINATOR
    notice = wait_for(lambda: [m["text"] for m in stack.messages_to(story.telephone) if "/offer" in m["text"]], 15)[-1]
    assert not any(word in notice for word in (story.crn, "Siân", "Dŵr"))
    phone.get(re.search(r"https?://\S+", notice)[0])
    until_shown(phone, "offered")
    looked_at(phone, "1-offer")
    click(phone, "[data-goes=confirm]")
    click(phone, "[data-answers=accept]")
    until_shown(phone, "accepted")
    assert stack.get(f"/offers/{story.offer}", token=story.as_coordinator).json["state"] == "ACCEPTED"


def test_chapter_2_the_supervisor_has_a_link_sent_and_one_tap_signs_in(stack, story, phone):
    before = len(links_to(stack, story.telephone))
    assert stack.post(f"/mentors/{story.mentor}/sign-in-link", {}, token=story.as_supervisor).status == 204
    story.link = newest_link(stack, story.telephone, before)
    phone.get(story.link)
    until_shown(phone, "link")
    looked_at(phone, "2-link")
    click(phone, "[data-state=link] [data-does=use]")
    until_shown(phone, "in")
    card, = until(phone, lambda d: d.find_elements(By.CSS_SELECTOR, "#people button"))
    assert "Siân" in card.text and "Dŵr" not in page(phone)
    looked_at(phone, "2-people")
    card.click()
    until_view(phone, "person")
    looked_at(phone, "2-person")
    story.cookie = phone.get_cookie(NAME)["value"]


def records_a_contact(phone):
    click(phone, "#go-contact")
    until_view(phone, "contact")
    choose(phone, "contact", "came", "ON_TIME")
    submit(phone, "contact")


def test_chapter_3_no_first_session_without_the_explanation(stack, story, phone):
    records_a_contact(phone)
    trouble = until(phone, lambda d: d.find_element(By.ID, "trouble").text)
    assert trouble == "Explain confidentiality first, then record the contact."
    looked_at(phone, "3-refused")
    assert stack.get(f"/people/{story.crn}/sessions", token=story.as_practitioner).json.get("sessions", []) == []


def test_chapter_4_the_mentor_explains_in_welsh_and_the_person_acknowledges(stack, story, phone):
    click(phone, "[data-sends=contact] [data-goes=person]")
    click(phone, "#go-explain")
    until_view(phone, "explain")
    assert "What stays between us" in page(phone)
    click(phone, "#wording-language")
    assert "Beth sy’n aros rhyngom ni" in page(phone)
    looked_at(phone, "4-welsh")
    choose(phone, "explain", "how", "ON_SCREEN")
    submit(phone, "explain")
    until_view(phone, "person")
    given, = stack.get(f"/engagements/{story.engagement}/explanations", token=story.as_practitioner).json["explanations"]
    assert (given["language"], given["acknowledged"], given["givenBy"]) == ("WELSH", "ON_SCREEN", story.mentor)


def test_chapter_5_the_mentor_records_the_contact_and_writes_a_note(stack, story, phone):
    records_a_contact(phone)
    until_view(phone, "person")
    click(phone, "[data-goes=write]")
    until_view(phone, "write")
    phone.find_element(By.ID, "text").send_keys(f"{BEFORE} {EXTRACT}. {AFTER}")
    looked_at(phone, "5-write")
    submit(phone, "write")
    until(phone, lambda d: CANARY in d.find_element(By.ID, "notes").text)
    looked_at(phone, "5-notes")
    note, = Phone(stack, story.cookie).call("GET", f"/people/{story.crn}/notes").json["notes"]
    story.note = note["id"]


def seen_by_the_practitioner(stack, story):
    """All that the door and the dashboard give a practitioner, and a manager in reports, that might tell of it."""
    lists = [f"/people/{story.crn}", f"/people/{story.crn}/sessions", f"/people/{story.crn}/engagements",
             f"/people/{story.crn}/appointments", f"/engagements/{story.engagement}", "/people?limit=200"]
    answers = [stack.get(path, token=story.as_practitioner) for path in lists]
    assert [answer.status for answer in answers] == [200] * len(lists), [(a.status, a.text) for a in answers]
    reports = [stack.get(f"/reports/{name}", token=story.as_manager) for name in ("attendance", "reminders", "mentors")]
    assert [report.status for report in reports] == [200] * 3
    follower = Follower(stack, after=0, area=NORTH, token=story.as_practitioner)
    try:
        assert wait_for(lambda: "MatchAccepted" in (kinds := [kind for _, kind, _ in follower.events]) or len(kinds) > 5, 10)
        seconds_without_more(follower)
        events = str(follower.events)
    finally:
        follower.close()
    return "".join(answer.text for answer in (*answers, *reports)) + events


def seconds_without_more(follower):
    last = -1
    while last != len(follower.events):
        last = len(follower.events)
        wait_for(lambda: len(follower.events) > last, 0.5)


def test_chapter_6_the_practitioner_sees_that_contact_took_place_and_nothing_else(stack, story):
    session, = stack.get(f"/people/{story.crn}/sessions", token=story.as_practitioner).json["sessions"]
    assert (session["outcome"], session["mode"], session["recordedBy"]) == ("ATTC", "IN_PERSON", story.mentor)
    assert not {"measures", "goal", "narrative", "components"} & session.keys()
    there = stack.get(f"/notes/{story.note}", token=story.as_practitioner)
    nowhere = stack.get(f"/notes/{people.new_id()}", token=story.as_practitioner)
    assert there.status == nowhere.status == 404 and there.json["detail"] == nowhere.json["detail"]
    assert CANARY not in seen_by_the_practitioner(stack, story)


def test_chapter_7_the_mentor_selects_an_extract_and_passes_it_on(stack, story, phone):
    click(phone, "#notes article button")
    until_view(phone, "disclose")
    phone.execute_script("const t = document.getElementById('whole'), at = t.value.indexOf(arguments[0]);"
                         "t.focus(); t.setSelectionRange(at, at + arguments[0].length)", EXTRACT)
    click(phone, "#take")
    assert phone.find_element(By.ID, "extract").text == EXTRACT
    Select(phone.find_element(By.ID, "kind")).select_by_value("RISK_TO_OTHERS")
    choose(phone, "disclose", "told", "NO")
    phone.find_element(By.ID, "untold-why").send_keys("He would go at once. canarywhy")
    looked_at(phone, "7-disclose")
    submit(phone, "disclose")
    until_view(phone, "passed")
    assert "is being alerted" in page(phone)
    looked_at(phone, "7-passed")
    status, = Phone(stack, story.cookie).call("GET", "/my-disclosures").json["disclosures"]
    assert (status["state"], status["alerted"]) == ("DISCLOSURE_RAISED", True)
    story.disclosure = status["id"]


def test_chapter_8_the_lead_on_call_has_a_text_and_an_e_mail_at_once(stack, story):
    for address in (LEAD_TELEPHONE, LEAD_EMAIL):
        message, = wait_for(lambda: about(stack, address, story.disclosure), 5)
        said = message["text"] + (message.get("subject") or "")
        story.alert = re.search(r"https?://\S+", message["text"])[0]
        for word in (story.crn, "Siân", "Dŵr", "Gwen", "canary", "knife", "isk", "others", "isclos"):
            assert word not in said, said


def test_chapter_9_the_lead_reads_the_extract_alone_and_acknowledges(stack, story, leads_phone):
    leads_phone.get(story.alert)
    until(leads_phone, lambda d: view(d) == ["sign-in"])
    looked_at(leads_phone, "9-sign-in")
    leads_phone.find_element(By.ID, "token").send_keys(story.as_lead)
    click(leads_phone, "#sign-in button")
    until(leads_phone, lambda d: view(d) == ["disclosure"])
    looked_at(leads_phone, "9-disclosure")
    said = page(leads_phone)
    assert EXTRACT in said and story.crn in said and "canarywhy" in said
    assert "O'Dŵr" in said and PRACTITIONER in said, "whoever must act knows for whom"
    for html in (leads_phone.page_source, stack.get(f"/disclosures/{story.disclosure}", token=story.as_lead).text):
        assert CANARY not in html and "canal" not in html and "football" not in html
    assert stack.get(f"/notes/{story.note}", token=story.as_lead).status == 404
    click(leads_phone, "#acknowledge")
    until(leads_phone, lambda d: not d.find_element(By.ID, "acknowledge").is_displayed())
    looked_at(leads_phone, "9-acknowledged")


def test_chapter_10_the_mentors_page_says_that_somebody_has_it_in_hand(story, phone):
    until(phone, lambda d: "has it in hand" in d.find_element(By.ID, "passed").text)
    assert LEAD not in phone.page_source
    looked_at(phone, "10-in-hand")
    click(phone, "[data-view=passed] [data-goes=person]")
    click(phone, "[data-view=person] [data-goes=people]")
    until(phone, lambda d: "has it in hand" in d.find_element(By.ID, "passed-on").text)
    looked_at(phone, "10-people")


def test_chapter_11_the_lead_acts_and_only_then_closes(stack, story, leads_phone):
    assert not leads_phone.find_element(By.ID, "close").is_displayed()
    refused = stack.post(f"/disclosures/{story.disclosure}/close", {"untoldReview": {"text": "Right."}}, token=story.as_lead)
    assert refused.status == 422, refused.text
    Select(leads_phone.find_element(By.ID, "action-kind")).select_by_value("POLICE_TOLD")
    leads_phone.find_element(By.ID, "action-text").send_keys("By telephone. canaryaction")
    click(leads_phone, "#act button")
    until(leads_phone, lambda d: d.find_element(By.ID, "close").is_displayed())
    looked_at(leads_phone, "11-acted")
    leads_phone.find_element(By.ID, "untold-review").send_keys("It was right. canaryreview")
    click(leads_phone, "#close button")
    until(leads_phone, lambda d: d.find_element(By.ID, "review-made").is_displayed())
    looked_at(leads_phone, "11-closed")
    watch = stack.get(f"/disclosures/{story.disclosure}", token=story.as_lead).json["watch"]
    assert (watch["state"], watch["closedBy"]) == ("DISCLOSURE_CLOSED", LEAD)
    click(leads_phone, "#sign-out")
    assert view(leads_phone) == ["sign-in"] and "canary" not in leads_phone.page_source


def test_chapter_12_the_practitioner_still_reads_nothing_of_it(stack, story):
    said = seen_by_the_practitioner(stack, story)
    assert "canary" not in said and "knife" not in said
    for path in (f"/disclosures/{story.disclosure}", "/disclosures", "/my-disclosures", f"/notes/{story.note}"):
        assert stack.get(path, token=story.as_practitioner).status == 404, path


def test_chapter_13_the_audit_tells_all_of_it_and_by_whom(operator, story):
    shown = operator.run("audit", "show", "--area", NORTH, "--as", "inspector", story.crn)
    assert shown.returncode == 0, shown.stderr
    line = re.compile(r"\S+ \S+ (\S+) as (\S+) (\S+) (\w+) of .*: (\w+) \(")
    told = {found.groups() for found in map(line.match, shown.stdout.splitlines()) if found}
    mentor = (story.mentor, "MENTOR")
    lead = (LEAD, "SAFEGUARDING_LEAD")
    for entry in [(PRACTITIONER, "PRACTITIONER", "COLLECTION", "RegisterPerson", "OK"),
                  (COORDINATOR, "COORDINATOR", "DISCLOSURE", "MakeOffer", "OK"),
                  (*mentor, "ALTERATION", "AcceptOffer", "OK"), (*mentor, "COLLECTION", "RecordExplanation", "OK"),
                  (*mentor, "COLLECTION", "RecordSession", "OK"), (*mentor, "COLLECTION", "WriteNote", "OK"),
                  (*mentor, "CONSULTATION", "ListNotes", "OK"), (*mentor, "DISCLOSURE", "RaiseDisclosure", "OK"),
                  (PRACTITIONER, "PRACTITIONER", "CONSULTATION", "ListSessions", "OK"),
                  (*lead, "CONSULTATION", "ReadDisclosure", "OK"), (*lead, "ALTERATION", "AcknowledgeDisclosure", "OK"),
                  (*lead, "ALTERATION", "RecordDisclosureAction", "OK"), (*lead, "ALTERATION", "CloseDisclosure", "OK")]:
        assert entry in told, (entry, shown.stdout)
    assert "canary" not in shown.stdout and "Siân" not in shown.stdout
    assert "not known" not in operator.run("verify", "--area", NORTH).stdout, "of what happened, all can be read"


def test_chapter_14_the_mentor_signs_out_and_neither_link_nor_cookie_works_again(stack, story, phone):
    old = Phone(stack, phone.get_cookie(NAME)["value"])
    assert old.is_in()
    click(phone, "#sign-out")
    until_shown(phone, "ended")
    looked_at(phone, "14-signed-out")
    assert phone.get_cookies() == [] and "canary" not in phone.page_source
    assert wait_for(lambda: not old.is_in(), 3), "what was read of a cookie is trusted for two seconds"
    assert old.call("GET", f"/people/{story.crn}/notes").status == 401
    assert Phone(stack).use(story.link).status == 401
    phone.get(story.link)
    until_shown(phone, "link")
    click(phone, "[data-state=link] [data-does=use]")
    until_shown(phone, "used")
    looked_at(phone, "14-used")

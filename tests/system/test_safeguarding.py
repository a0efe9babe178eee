"""What is told in confidence and must be passed on reaches a human, and nobody else; and who breaks the glass is seen."""

import json
import os
import re
import time
import urllib.request

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import people
from chromium import until
from stack import NORTH, SOUTH, wait_for

pytestmark = pytest.mark.trust

CANARY = "Qwyxzzle"
LEAD, SECOND = "L01A001", "L01A002"
LEAD_TELEPHONE, LEAD_EMAIL = "+447700900961", "lead-l01@example.invalid"


class Case:
    """A person with a mentor of their own."""

    def __init__(self, stack, area=NORTH, practitioner="N01A001"):
        self.stack, self.area, self.crn, self.mentor = stack, area, people.new_crn(), people.new_id()
        wish = {"wanted": True, "conflictsChecked": True, "experiences": ["custody"]}
        stack.made(f"/people/{self.crn}", people.person(self.crn, practitioner=practitioner, mentoring=wish), area=area)
        stack.made(f"/mentors/{self.mentor}", people.mentor(), area=area)
        offer = people.new_id()
        stack.made(f"/offers/{offer}", {"crn": self.crn, "mentorId": self.mentor}, area=area)
        self.token = stack.token_for(self.mentor, "mentor")
        accepted = stack.post(f"/offers/{offer}/accept", {}, area=area, token=self.token)
        assert accepted.status == 200, accepted.text

    def disclosure(self, **more):
        return {"crn": self.crn, "kind": "RISK_TO_CHILD", "extract": {"text": f"He said that he hits the boy. {CANARY}"},
                "saidAt": people.at(hours=-1), "told": "YES", **more}

    def raises(self, disclosure_id=None, **more):
        return self.stack.put(f"/disclosures/{disclosure_id or people.new_id()}", self.disclosure(**more), area=self.area,
                              token=self.token)


def on_call(stack, area=NORTH):
    """Two leads on two levels."""
    for code, personal in ((LEAD, {"telephone": LEAD_TELEPHONE, "email": LEAD_EMAIL}),
                           (SECOND, {"telephone": "+447700900962"})):
        stack.made(f"/staff/{code}", {"personal": personal, "language": "ENGLISH"}, area=area)
    rota = {"levels": [{"duties": [{"staff": LEAD}]}, {"duties": [{"staff": SECOND}]}]}
    stack.made("/on-call-rota", rota, area=area, token=lead_token(stack))


def lead_token(stack, code=LEAD):
    return stack.token_for(code, "safeguarding-lead")


def about(stack, address, what):
    return [message for message in stack.messages_to(address) if what in message["text"]]


@pytest.fixture(scope="module")
def rota(operator, outbox):
    on_call(outbox)
    return outbox


@pytest.fixture(scope="module")
def case(rota):
    return Case(rota)


def test_without_a_rota_it_is_taken_in_and_it_is_loud_that_nobody_could_be_alerted(operator):
    case = Case(operator, area=SOUTH)
    raised = case.raises()
    assert raised.status == 201, raised.text
    assert not raised.json.get("alerted") and raised.json["telephone"] == "+441632960001"
    alarm = operator.http("GET", "/readyz", token="")
    assert alarm.status == 200 and "nobody on call" in alarm.json["services"]["safeguarding"]["alarm"]
    assert "ALARM" in operator.run("status").stdout
    counter = re.search(r'alongside_alarms_total\{service="safeguarding"\} (\d+)', operator.http("GET", "/metrics", token="").text)
    assert int(counter[1]) >= 1
    counts = operator.get("/alert-counts", area=SOUTH, token=operator.token_for("keeper", "operator")).json
    assert counts["unacknowledged"] == 1 and counts["nobodyAlerted"] == 1 and "levels" not in counts
    assert case.crn not in operator.http("GET", "/readyz", token="").text
    # Taken in hand, or it would be tried again every minute, beside all tests that follow.
    path = f"/disclosures/{raised.json['id']}/acknowledge"
    assert operator.post(path, {}, area=SOUTH, token=lead_token(operator)).status == 200


def test_the_lead_on_call_is_texted_and_mailed_at_once_in_words_that_give_nothing_away(rota, case):
    disclosure = people.new_id()
    raised = case.raises(disclosure)
    assert raised.status == 201 and raised.json["alerted"] and raised.json["state"] == "DISCLOSURE_RAISED", raised.text
    text = wait_for(lambda: about(rota, LEAD_TELEPHONE, disclosure), 15)[0]
    mail = wait_for(lambda: about(rota, LEAD_EMAIL, disclosure), 15)[0]
    for message in (text, mail):
        said = message["text"] + (message.get("subject") or "")
        assert f"/safeguarding#{NORTH}/{disclosure}" in said
        for word in (case.crn, "child", "CHILD", "boy", CANARY, "Siân", "isclos"):
            assert word not in said
    assert not about(rota, "+447700900962", disclosure), "the second level is not alerted yet"
    case.alerted = disclosure


def test_the_mentor_learns_that_a_human_has_it_in_hand_and_no_more(rota, case):
    lead = lead_token(rota)
    acknowledged = rota.post(f"/disclosures/{case.alerted}/acknowledge", {}, token=lead)
    assert acknowledged.status == 200 and acknowledged.json["watch"]["acknowledgedBy"] == LEAD
    assert "nextAlertMs" not in acknowledged.json["watch"], "no further round"
    mine = rota.get("/my-disclosures", token=case.token).json["disclosures"]
    status = next(status for status in mine if status["id"] == case.alerted)
    assert status["state"] == "DISCLOSURE_ACKNOWLEDGED" and status["acknowledgedAt"]
    assert set(status) == {"id", "state", "alerted", "telephone", "acknowledgedAt"}
    again = rota.post(f"/disclosures/{case.alerted}/acknowledge", {}, token=lead_token(rota, SECOND))
    assert again.status == 409 and LEAD in again.text


def test_it_closes_only_with_an_action_and_a_review_of_not_telling_the_person(rota, case):
    disclosure, lead = people.new_id(), lead_token(rota)
    assert case.raises(disclosure, told="NO").status == 400
    assert case.raises(disclosure, told="NO", untoldWhy={"text": "He would hit him again."}).status == 201
    path = f"/disclosures/{disclosure}"
    rota.post(f"{path}/acknowledge", {}, token=lead)
    assert rota.post(f"{path}/close", {}, token=lead).status == 422
    action = f"{path}/actions/{people.new_id()}"
    told = {"kind": "PRACTITIONER_TOLD", "told": "N01A001"}
    assert rota.put(action, {**told, "text": {"text": "all of it"}}, token=lead).status == 400
    assert rota.put(action, told, token=lead).status == 201
    assert rota.put(action, told, token=lead).status == 200
    assert rota.post(f"{path}/close", {}, token=lead).status == 400
    closed = rota.post(f"{path}/close", {"untoldReview": {"text": "It was right."}}, token=lead)
    assert closed.status == 200 and closed.json["watch"]["state"] == "DISCLOSURE_CLOSED"
    assert rota.get(path, token=lead).json["untoldReview"]["text"] == "It was right."


def test_the_practitioner_and_a_mentor_of_others_learn_nothing(rota, case):
    practitioner = rota.token_for("N01A001", "practitioner")
    for path in (f"/disclosures/{case.alerted}", "/disclosures", "/my-disclosures", "/on-call-rota", "/break-glass"):
        assert rota.get(path, token=practitioner).status == 404, path
    assert CANARY not in rota.get(f"/people/{case.crn}", token=practitioner).text
    other = rota.token_for(people.new_id(), "mentor")
    there = rota.put(f"/disclosures/{people.new_id()}", case.disclosure(), token=other)
    nobody = rota.put(f"/disclosures/{people.new_id()}", {**case.disclosure(), "crn": people.new_crn()}, token=other)
    assert there.status == nobody.status == 404 and there.json["detail"] == nobody.json["detail"]
    assert rota.get("/my-disclosures", token=other).json == {}


def test_nothing_that_was_said_lies_in_clear_in_the_store_or_in_a_log(local, rota, case):
    assert case.raises().status == 201
    for area in (NORTH, SOUTH):
        for key, value in local.contents(area).items():
            assert CANARY.encode() not in key + value and LEAD_TELEPHONE[1:].encode() not in value, key
    for log in (local.home / "logs").iterdir():
        assert CANARY not in log.read_text(errors="replace")


def test_an_alert_that_is_refused_for_good_escalates_at_once(rota, case):
    disclosure = people.new_id()
    fail_next_text(rota)
    assert case.raises(disclosure).status == 201
    assert wait_for(lambda: about(rota, "+447700900962", disclosure), 20), "the second level is alerted within seconds"
    read = rota.get(f"/disclosures/{disclosure}", token=lead_token(rota)).json["watch"]
    assert read["rounds"] == 2 and read["level"] == 2
    assert "ALERT_DEAD" in [alert["state"] for alert in read["alerts"]]
    rota.post(f"/disclosures/{disclosure}/acknowledge", {}, token=lead_token(rota))


def fail_next_text(stack):
    body = json.dumps({"next": 1, "status": 400}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{stack.messages_url}/fail", body), timeout=10).close()


# --- break-glass


def test_break_glass_is_told_at_once_and_reviewed_before_the_next(rota, case):
    owner_telephone, actor = "+447700900963", f"N7{people.new_crn()[1:]}"
    rota.made("/staff/N77A001", {"personal": {"telephone": owner_telephone}})
    other, lead = Case(rota, practitioner="N77A001"), lead_token(rota)
    token = rota.token_for(actor, "practitioner")
    why = {"reason": "PERSON_IN_FRONT_OF_ME", "text": {"text": f"She is here. {CANARY}"}}
    opened = rota.post(f"/people/{other.crn}/break-glass", why, token=token)
    assert opened.status == 201, opened.text
    assert int(opened.json["untilMs"]) - int(opened.json["fromMs"]) == 15 * 60 * 1000
    reference = opened.json["reference"]
    for address in (owner_telephone, LEAD_TELEPHONE, LEAD_EMAIL):
        message = wait_for(lambda: about(rota, address, reference), 15)[0]
        assert other.crn not in message["text"] and actor not in message["text"]
    second = rota.post(f"/people/{case.crn}/break-glass", why, token=token)
    assert second.status == 422 and "reviewed" in second.json["detail"]
    waiting = [use for use in rota.get("/break-glass", token=lead).json["uses"] if not use.get("reviewedBy")]
    assert [use["reference"] for use in waiting if use["actor"] == actor] == [reference]
    review = {"finding": "JUSTIFIED", "review": {"text": "I spoke to her."}}
    path = f"/break-glass/{other.crn}/{actor}/review"
    own = rota.token_for(actor, "practitioner,safeguarding-lead")
    assert rota.post(path, review, token=own).status == 422, "nobody reviews their own"
    assert rota.post(path, review, token=token).status == 404
    assert rota.post(path, review, token=lead).json["reviewedBy"] == LEAD
    assert rota.post(f"/people/{case.crn}/break-glass", why, token=token).status == 201


def test_a_restricted_reader_cannot_break_the_glass(rota):
    crn, relative = people.new_crn(), "N78A001"
    rota.made(f"/people/{crn}", people.person(crn, restricted=[relative]))
    token = rota.token_for(relative, "practitioner")
    why = {"reason": "IMMEDIATE_DANGER", "text": {"text": "now"}}
    hidden = rota.post(f"/people/{crn}/break-glass", why, token=token)
    nobody = rota.post(f"/people/{people.new_crn()}/break-glass", why, token=token)
    assert hidden.status == nobody.status == 404 and hidden.json["detail"] == nobody.json["detail"]


# --- the leads' page


def view(driver):
    return [s.get_attribute("data-view") for s in driver.find_elements(By.CSS_SELECTOR, "[data-view]") if s.is_displayed()]


def test_a_lead_works_through_a_disclosure_on_a_telephone(rota, case, browser):
    disclosure = people.new_id()
    assert case.raises(disclosure, told="NO", untoldWhy={"text": "He would hit him again."}).status == 201
    message = wait_for(lambda: about(rota, LEAD_TELEPHONE, disclosure), 15)[0]
    browser.get(re.search(r"https?://\S+", message["text"])[0])
    until(browser, lambda driver: view(driver) == ["sign-in"])
    assert browser.find_element(By.ID, "area").get_property("value") == NORTH
    browser.find_element(By.ID, "token").send_keys(lead_token(rota))
    browser.find_element(By.CSS_SELECTOR, "#sign-in button").click()
    until(browser, lambda driver: view(driver) == ["disclosure"])
    page = browser.find_element(By.TAG_NAME, "body").text
    assert CANARY in page and case.crn in page and "He would hit him again." in page
    keep_picture(browser, "disclosure")
    assert browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0
    browser.find_element(By.ID, "acknowledge").click()
    until(browser, lambda driver: not driver.find_element(By.ID, "acknowledge").is_displayed())
    assert not browser.find_element(By.ID, "close").is_displayed(), "it cannot close without an action"
    Select(browser.find_element(By.ID, "action-kind")).select_by_value("CHILDRENS_SERVICES_TOLD")
    browser.find_element(By.ID, "action-text").send_keys("By telephone, reference 12.")
    browser.find_element(By.CSS_SELECTOR, "#act button").click()
    until(browser, lambda driver: driver.find_element(By.ID, "close").is_displayed())
    browser.find_element(By.ID, "untold-review").send_keys("It was right.")
    browser.find_element(By.CSS_SELECTOR, "#close button").click()
    until(browser, lambda driver: driver.find_element(By.ID, "review-made").is_displayed())
    keep_picture(browser, "closed")
    read = rota.get(f"/disclosures/{disclosure}", token=lead_token(rota)).json
    assert read["watch"]["closedBy"] == LEAD and len(read["actions"]) == 1
    browser.find_element(By.CSS_SELECTOR, "[data-view=disclosure] [data-back]").click()
    until(browser, lambda driver: view(driver) == ["list"])
    keep_picture(browser, "list")
    browser.find_element(By.ID, "sign-out").click()
    assert view(browser) == ["sign-in"] and CANARY not in browser.page_source


def test_a_lead_reviews_a_use_of_break_glass_on_the_page(rota, case, browser):
    actor = f"N8{people.new_crn()[1:]}"
    why = {"reason": "IMMEDIATE_DANGER", "text": {"text": "He stands on the bridge."}}
    opened = rota.post(f"/people/{case.crn}/break-glass", why, token=rota.token_for(actor, "practitioner")).json
    browser.get(f"{rota.url}/safeguarding#{NORTH}/break-glass")
    browser.find_element(By.ID, "token").send_keys(lead_token(rota))
    browser.find_element(By.CSS_SELECTOR, "#sign-in button").click()
    until(browser, lambda driver: view(driver) == ["list"])
    button = next(b for b in browser.find_elements(By.CSS_SELECTOR, "#glass button") if opened["reference"] in b.text)
    button.click()
    until(browser, lambda driver: view(driver) == ["use"])
    assert "He stands on the bridge." in browser.find_element(By.TAG_NAME, "body").text
    browser.find_element(By.CSS_SELECTOR, "[value=NOT_JUSTIFIED]").click()
    browser.find_element(By.ID, "use-review").send_keys("There is no bridge.")
    keep_picture(browser, "use")
    browser.find_element(By.CSS_SELECTOR, "#review button").click()
    until(browser, lambda driver: view(driver) == ["list"])
    use = next(u for u in rota.get("/break-glass", token=lead_token(rota)).json["uses"] if u["actor"] == actor)
    assert use["finding"] == "NOT_JUSTIFIED" and int(use["untilMs"]) < int(opened["untilMs"])


def keep_picture(browser, name):
    """Where somebody asked for pictures to look at."""
    folder = os.environ.get("ALONGSIDE_TEST_PICTURES")
    if folder:
        browser.save_screenshot(os.path.join(folder, f"safeguarding-{name}.png"))


# --- bad days


@pytest.mark.parametrize("victims", [("safeguarding",), ("courier",), ("safeguarding", "courier", "redis")])
def test_kill_9_loses_no_disclosure_and_no_alert(breakable, victims):
    on_call(breakable)
    case, ids = Case(breakable), [people.new_id() for _ in range(4)]
    assert [case.raises(i).status for i in ids] == [201] * 4
    breakable.kill_and_wait(*victims)
    for i in ids:
        message = wait_for(lambda: about(breakable, LEAD_TELEPHONE, i), 90, 0.5)
        assert message, f"the alert of {i} never went out"
        assert len(message) == 1, "of one round, once"
        read = breakable.get(f"/disclosures/{i}", token=lead_token(breakable)).json
        assert CANARY in read["extract"]["text"] and int(read["watch"]["nextAlertMs"]) > time.time() * 1000
        assert breakable.post(f"/disclosures/{i}/acknowledge", {}, token=lead_token(breakable)).status == 200

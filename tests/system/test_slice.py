"""The main job, from a CSV file to the dashboard, as one story in the order in which it happens."""

import csv
import re

import pytest
from selenium.webdriver.common.by import By

import people
from chromium import until
from stack import NORTH, wait_for
from test_operator import write_csv

SOON_S = 15  # how long after its import an appointment's reminder falls due


class Story:
    """What one chapter hands to the next."""

    def __init__(self):
        self.texted, self.mailed = people.new_crn(), people.new_crn()
        self.telephone, self.email = "+447700900941", f"{self.mailed.lower()}@example.invalid"
        self.mentor_telephone, self.mentor = "+447700900942", people.new_id()
        self.offer = people.new_id()
        self.others = [people.new_crn() for _ in range(5)]  # of fewer people no report says anything


@pytest.fixture(scope="module")
def story(operator, outbox):
    return Story()


def taken_in(stack, path):
    done = stack.run("import", "--area", NORTH, path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_chapter_1_people_and_mentors_come_in_from_csv_files(stack, story, tmp_path):
    common = {"practitioner": "N42A042", "whereabouts": "community", "mentor_wanted": "yes", "experiences": "custody; alcohol",
              "languages": "cy", "places": "Newport", "conflicts_checked": "yes"}
    taken_in(stack, write_csv(tmp_path / "people.csv", [
        {"crn": story.texted, "given_name": "Siân", "family_name": "O'Dŵr", "telephone": story.telephone, "email": "",
         "language": "english", "consent_texts": "yes", "consent_emails": "no", "preferred_channel": "sms", **common},
        {"crn": story.mailed, "given_name": "Llŷr", "family_name": "ap Gwyn", "telephone": "", "email": story.email,
         "language": "welsh", "consent_texts": "no", "consent_emails": "yes", "preferred_channel": "email", **common},
        *({"crn": crn, "given_name": "Other", "family_name": "Invented", "telephone": people.new_telephone(), "email": "",
           "language": "english", "consent_texts": "yes", "consent_emails": "no", "preferred_channel": "sms", **common,
           "mentor_wanted": "no"} for crn in story.others)]))
    taken_in(stack, write_csv(tmp_path / "mentors.csv", [
        {"id": story.mentor, "given_name": "Gwenllian", "family_name": "Invented", "telephone": story.mentor_telephone,
         "channel": "sms", "language": "english", "gender": "woman", "experiences": "custody; alcohol", "languages": "cy; en",
         "availability": "mon-am", "places": "Newport", "remote": "no", "capacity": 1, "vetted_until": "2029-03-31",
         "supervisor": "S01A001", "supervised_until": "2029-03-31", "conflicts_checked": "yes"}]))
    read = stack.get(f"/people/{story.texted}").json
    assert (read["personal"]["givenName"], read["personal"]["familyName"]) == ("Siân", "O'Dŵr")
    assert read["consent"]["texts"] == "YES" and read["mentoring"]["experiences"] == ["custody", "alcohol"]
    assert stack.get(f"/mentors/{story.mentor}").json["capacity"] == 1


def test_chapter_2_appointments_come_in_and_their_reminders_go_out_on_time(stack, story, tmp_path):
    starts_at = people.at(seconds=3600 + SOON_S)
    taken_in(stack, write_csv(tmp_path / "appointments.csv", [
        {"reference": f"{crn}-1", "crn": crn, "pathway": "quick", "starts_at": starts_at, "minutes": 30, "place": "Y Ganolfan",
         "mode": "in person", "function": "support"} for crn in (story.texted, story.mailed, *story.others)]))
    story.appointments = {crn: stack.get(f"/people/{crn}/appointments").json["appointments"][0]
                          for crn in (story.texted, story.mailed)}
    text = wait_for(lambda: stack.messages_to(story.telephone), SOON_S + 10)
    mail = wait_for(lambda: stack.messages_to(story.email), 10)
    assert text and mail, stack.get(f"/appointments/{story.appointments[story.texted]['id']}/reminders").text
    text, mail = text[0], mail[0]
    assert (text["channel"], mail["channel"]) == ("sms", "email")
    assert "Y Ganolfan" in text["text"] and "appointment" in text["text"] and "STOP" in text["text"]
    assert "apwyntiad" in mail["text"].lower() and "appointment" not in mail["text"].lower(), "Welsh throughout"
    assert "Gwyn" not in mail["text"] + mail["subject"] and "Dŵr" not in text["text"], "names nobody"
    for crn, message in ((story.texted, text), (story.mailed, mail)):
        reminder, = wait_for(lambda: sent_reminders(stack, story.appointments[crn]["id"]), 10)
        late_s = seconds(message["received_at"]) - seconds(reminder["dueAt"])
        assert -0.1 < late_s < 5, f"it came {late_s} s late"


def sent_reminders(stack, appointment):
    reminders = stack.get(f"/appointments/{appointment}/reminders").json["reminders"]
    return reminders if all(reminder["state"] == "SENT" for reminder in reminders) else None


def seconds(text):
    from datetime import datetime

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_chapter_3_the_session_is_recorded(stack, story):
    planned = story.appointments[story.texted]
    story.session = people.new_id()
    made = stack.made(f"/sessions/{story.session}", people.session(planned["engagementId"], appointmentId=planned["id"],
                                                                   goal="a place of their own"))
    assert (made["crn"], made["outcome"]) == (story.texted, "ATTC")
    assert stack.get(f"/appointments/{planned['id']}").json["state"] == "HELD"
    assert [s["id"] for s in stack.get(f"/people/{story.texted}/sessions").json["sessions"]] == [story.session]


def test_chapter_4_the_mentor_is_proposed_with_reasons_and_offered(stack, story):
    stack.made(f"/mentors/{people.new_id()}", people.mentor(languages=["en"], places=["Llandudno"], remote=False))
    ranked = stack.get(f"/people/{story.texted}/candidates").json
    best = ranked["candidates"][0]
    assert best["mentorId"] == story.mentor and best["score"] == sum(r.get("points", 0) for r in best["reasons"])
    assert any(reason["words"] for reason in best["reasons"])
    assert all(mentor["words"] for mentor in ranked.get("excluded", []))
    offer = stack.made(f"/offers/{story.offer}", {"crn": story.texted, "mentorId": story.mentor})
    assert offer["state"] == "OFFERED" and offer["offeredBy"]


def test_chapter_5_the_notification_holds_a_link_and_no_name(stack, story):
    message = wait_for(lambda: stack.messages_to(story.mentor_telephone), 15)[0]
    story.link = re.search(r"https?://\S+", message["text"])[0]
    assert story.texted not in message["text"] and "Siân" not in message["text"] and "Dŵr" not in message["text"]


def shown(driver):
    """The states of the offer page that can be seen: exactly one."""
    return [s.get_attribute("data-state") for s in driver.find_elements(By.CSS_SELECTOR, "[data-state]") if s.is_displayed()]


def test_chapter_6_the_mentor_accepts_on_a_telephone(stack, story, browser):
    browser.get(story.link)
    until(browser, lambda driver: shown(driver) == ["offered"])
    page = browser.find_element(By.TAG_NAME, "body").text
    assert "Gwenllian" in page and story.texted not in page and "Siân" not in page and "Dŵr" not in page
    width = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, "it must not scroll sideways"
    browser.find_element(By.CSS_SELECTOR, "[data-goes=confirm]").click()
    browser.find_element(By.CSS_SELECTOR, "[data-answers=accept]").click()
    until(browser, lambda driver: shown(driver) == ["accepted"])
    assert stack.get(f"/offers/{story.offer}").json["state"] == "ACCEPTED"
    assert stack.get(f"/mentors/{story.mentor}").json["placesTaken"] == 1
    browser.refresh()
    until(browser, lambda driver: shown(driver) == ["accepted"])


def test_chapter_7_a_mentor_without_room_is_not_proposed_again(stack, story):
    ranked = stack.get(f"/people/{story.mailed}/candidates").json
    assert story.mentor not in [candidate["mentorId"] for candidate in ranked.get("candidates", [])]
    assert story.mentor in [mentor["mentorId"] for mentor in ranked["excluded"]]
    taken = stack.put(f"/offers/{people.new_id()}", {"crn": story.mailed, "mentorId": story.mentor})
    assert taken.status in (409, 422) and taken.json["detail"]


def number(browser, report, practitioner, column):
    """What the table of a report shows in a practitioner's row. In one step: the page changes under a reader."""
    return browser.execute_script("""
        const [report, practitioner, column] = arguments;
        const table = document.querySelector(`#${report} table`);
        if (!table) return null;
        const texts = (row) => Array.from(row.cells, (cell) => cell.textContent.trim());
        const at = table.tHead.rows.length ? texts(table.tHead.rows[0]).indexOf(column) : -1;
        const row = Array.from(table.tBodies[0].rows, texts).find((cells) => cells[0] === practitioner);
        return row && at >= 0 ? row[at] : null;""", report, practitioner, column)


def test_chapter_8_the_dashboard_shows_it_and_what_follows_live(stack, story, browser):
    browser.set_window_size(1200, 1000)
    browser.get(f"{stack.url}/#token={stack.token}")
    by_practitioner = until(browser, lambda driver: driver.find_element(By.CSS_SELECTOR, "input[name=by][value=practitioner]"))
    until(browser, lambda _: by_practitioner.is_displayed())
    assert stack.token not in browser.current_url, "the token stays out of the address bar"
    by_practitioner.click()
    browser.find_element(By.CSS_SELECTOR, "#filters [type=submit]").click()
    # Seven were sent, and 0 to 4 of another row may have come to them.
    assert until(browser, lambda driver: number(driver, "reminders", "N42A042", "Sent")) in ("5", "10")
    # Five more sessions and then five again, and nobody touches the page.
    engagement = story.appointments[story.mailed]["engagementId"]

    def five_more():
        for _ in range(5):
            stack.made(f"/sessions/{people.new_id()}", people.session(engagement))

    def sessions(driver):
        shown = number(driver, "attendance", "N42A042", "Sessions recorded")
        return int(shown) if shown and shown.isdigit() else 0

    five_more()
    first = until(browser, sessions)
    five_more()
    until(browser, lambda driver: sessions(driver) >= first + 5)
    assert number(browser, "attendance", "N42A042", "Attended late") == "fewer than 5"
    shown = browser.find_elements(By.CSS_SELECTOR, "[data-report] [data-part=chart] svg, [data-part=nothing]:not([hidden])")
    assert len(shown) == 4, "each report has its chart, or says that there is too little to show"
    words = browser.find_element(By.TAG_NAME, "body").text
    assert story.texted not in words and "Siân" not in words
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def test_chapter_9_a_report_comes_as_csv(stack, story):
    answer = stack.get("/reports/mentors?by=week", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert answer.status == 200 and rows
    assert rows[-1]["Accepted"] == "fewer than 5" or int(rows[-1]["Accepted"]) % 5 == 0

"""Whether groups are served alike: from what people say of themselves to the report and the dashboard."""

import csv
import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import people
from chromium import until
from stack import wait_for

GROUP = 20


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(breakable):
    """Twenty ask for a woman and twenty for a man, and the one mentor is a woman. Each twenty says something else of itself."""
    s = Story()
    breakable.made(f"/mentors/{people.new_id()}", people.mentor(gender="WOMAN", capacity=1))
    s.women = [people.new_crn() for _ in range(GROUP)]
    s.men = [people.new_crn() for _ in range(GROUP)]
    for crn in s.women + s.men:
        asked = "WOMAN" if crn in s.women else "MAN"
        wish = {"wanted": True, "places": ["Newport"], "gender": asked, "conflictsChecked": True}
        breakable.made(f"/people/{crn}", people.person(crn, mentoring=wish))
    s.coordinator = breakable.token_for("C07A001", "coordinator")
    s.practitioner = breakable.token_for("N01A001", "practitioner")
    s.manager = breakable.token_for("M01A001", "manager")
    return s


def test_chapter_1_what_people_say_of_themselves_is_for_them_and_their_practitioner(breakable, story):
    lines = [json.dumps({"crn": crn, "said": {"sex": "FEMALE" if crn in story.women else "MALE", "age": "UNDER_25"}})
             for crn in story.women + story.men]
    sent = breakable.http("POST", "/v1/areas/demo-north/characteristics", "\n".join(lines).encode(),
                          headers={"Content-Type": "application/x-ndjson"})
    assert sent.status == 200, sent.text
    path = f"/people/{story.women[0]}/characteristics"
    read = breakable.get(path, token=story.practitioner)
    assert read.json["said"] == {"sex": "FEMALE", "age": "UNDER_25"}
    assert breakable.get(path, token=story.coordinator).status == 404
    person = breakable.get(f"/people/{story.women[0]}", token=story.coordinator)
    assert person.status == 200 and "FEMALE" not in person.text
    wrong = breakable.put(path, {"age": "OLD"}, token=story.practitioner)
    assert wrong.status == 400


def fairness(stack, story, by, **more):
    return stack.get(f"/reports/fairness?by={by}", token=story.manager, **more)


def rows(stack, story, by):
    answer = fairness(stack, story, by, headers={"Accept": "text/csv"})
    assert answer.status == 200, answer.text
    parsed = list(csv.reader(answer.text.splitlines()))
    return {row[0]: dict(zip(parsed[0], row)) for row in parsed[1:]}


def test_chapter_2_a_coordinator_has_it_counted_and_a_rule_that_shuts_a_group_out_is_a_warning(breakable, story):
    def listed():
        return len(breakable.get("/waiting-list?limit=100", token=story.coordinator).json.get("people", []))

    assert wait_for(lambda: listed() == 2 * GROUP, 20)
    assert breakable.post("/fairness/count", {}, token=story.manager).status == 403
    assert breakable.post("/fairness/count", {}, token=story.coordinator).status in (200, 204)
    assert wait_for(lambda: fairness(breakable, story, "sex").json.get("rows"), 20)
    report = fairness(breakable, story, "sex").json
    names = [column["name"] for column in report["columns"]]
    shown = {row["values"][0]: dict(zip(names, row["values"])) for row in report["rows"]}
    assert shown["male"]["gender"] == "20" and shown["female"]["gender"] == "fewer than 5"
    assert shown["male"]["warnings"] == "gender asked for" and shown["female"]["warnings"] == ""
    assert shown["female"]["fits"] == "20" and shown[""]["people"] == "40"
    assert shown["male"]["matchRateHigh"] == "16.1"


def test_chapter_3_the_report_comes_as_csv_by_any_group_and_by_nothing_else(breakable, story):
    for by in ("language", "gender_asked", "remote", "interpreter", "age", "sex", "ethnicity", "disability", "religion"):
        assert len(rows(breakable, story, by)) >= 2, by
    assert fairness(breakable, story, "week").status == 400
    printed = breakable.run("report", "fairness", "--area", "demo-north", "--by", "sex", token=story.manager)
    assert printed.returncode == 0 and "gender asked for" in printed.stdout


def test_chapter_4_the_dashboard_shows_it(breakable, story, browser):
    browser.set_window_size(1200, 1000)
    browser.get(f"{breakable.url}/#token={story.manager}&area=demo-north")
    group = until(browser, lambda driver: driver.find_element(By.ID, "group"))
    until(browser, lambda _: group.is_displayed())
    Select(group).select_by_value("sex")
    browser.find_element(By.CSS_SELECTOR, "#filters [type=submit]").click()

    def words(driver):
        return driver.find_element(By.ID, "fairness").text

    until(browser, lambda driver: "male: gender asked for" in words(driver))
    assert "Fairness by sex" in words(browser)
    assert browser.find_elements(By.CSS_SELECTOR, "#fairness [data-part=chart] svg")
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_chapter_5_what_was_counted_is_whole(breakable, story):
    done = breakable.run("verify")
    assert done.returncode == 0, done.stdout + done.stderr

"""The main job, from a CSV file to the dashboard, as one story."""

import csv
import io
import re
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import people
from stack import NORTH, wait_for

CASE = {}  # what one part of the story hands to the next


def write_csv(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    return path


def imported(stack, path):
    done = stack.run("import", "--area", NORTH, path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


def test_people_come_in_from_a_csv_file(operator, files):
    CASE["texted"], CASE["mailed"] = people.new_crn(), people.new_crn()
    CASE["telephone"], CASE["email"] = people.new_telephone(), f"{CASE['mailed'].lower()}@example.invalid"
    common = {"practitioner": "N01A001", "language": "english", "whereabouts": "community", "mentoring_wanted": "yes",
              "mentoring_experiences": "custody", "mentoring_languages": "cy"}
    imported(operator, write_csv(
        files / "people.csv",
        {"crn": CASE["texted"], "given_name": "Siân", "family_name": "O'Dŵr", "telephone": CASE["telephone"], "email": "",
         "text_consent": "yes", "email_consent": "no", "preferred_channel": "sms", **common},
        {"crn": CASE["mailed"], "given_name": "Llŷr", "family_name": "ap Gwyn", "telephone": "", "email": CASE["email"],
         "text_consent": "no", "email_consent": "yes", "preferred_channel": "email", **common}))
    read = operator.get(f"/people/{CASE['texted']}").json
    assert (read["personal"]["givenName"], read["personal"]["familyName"]) == ("Siân", "O'Dŵr")
    assert read["mentoring"]["wanted"] is True and read["consent"]["texts"] == "YES"

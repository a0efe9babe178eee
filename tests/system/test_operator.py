"""The operator's command: what it takes in, what it reports, and that the reports can be rebuilt."""

import csv
import json

import pytest

import people
from stack import NORTH, SOUTH, wait_for


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        table.writeheader()
        table.writerows(rows)
    return path


def people_rows(n):
    return [{"crn": people.new_crn(), "practitioner": "N01A001", "given_name": "Angharad", "family_name": f"O'Dŵr, {i}",
             "consent_texts": "yes", "telephone": people.new_telephone(), "whereabouts": "community"} for i in range(n)]


def test_help_is_everywhere(operator):
    whole = operator.run("--help")
    assert whole.returncode == 0
    for command in ("keygen", "token", "import", "demo", "status", "report", "replay", "verify", "audit"):
        assert command in whole.stdout
        one = operator.run(command, "--help")
        assert one.returncode == 0 and f"alongside {command}" in one.stdout
    assert operator.run("dance").returncode == 2
    assert operator.run("report", "--nonsense").returncode == 2


def test_status_names_every_service(operator):
    said = operator.run("status")
    assert said.returncode == 0
    for service in ("intake", "reminders", "matching", "reporting", "courier", "mentoring", "safeguarding"):
        assert service in said.stdout
    assert "not ready" not in said.stdout


def test_a_file_of_people_is_taken_in_and_again_changes_nothing(operator, tmp_path):
    rows = people_rows(250)
    path = write_csv(tmp_path / "people.csv", rows)
    first = operator.run("import", "--area", NORTH, path)
    assert first.returncode == 0, first.stderr
    read = [operator.get(f"/people/{row['crn']}").json for row in rows[::50]]
    assert [person["personal"]["familyName"] for person in read] == [row["family_name"] for row in rows[::50]]
    before = operator.sequence() if operator.is_local else None
    assert operator.run("import", "--area", NORTH, path).returncode == 0
    assert before is None or operator.sequence() == before


@pytest.mark.parametrize("column,value,said", [
    ("crn", "12", "must be a letter and six digits"), ("practitioner", "", "is missing"), ("telephone", "ring me", "E.164"),
    ("consent_texts", "perhaps", "must be one of"), ("whereabouts", "the moon", "must be one of")])
def test_a_wrong_row_is_named_and_nothing_of_the_file_is_taken_in(operator, tmp_path, column, value, said):
    rows = people_rows(4)
    rows[2][column] = value
    path = write_csv(tmp_path / "people.csv", rows)
    done = operator.run("import", "--area", NORTH, path)
    assert done.returncode != 0
    line = next(line for line in done.stderr.splitlines() if "people.csv" in line)
    assert "people.csv:4:" in line and column in line and said in line and value in line
    assert [operator.get(f"/people/{row['crn']}").status for row in (rows[0], rows[1], rows[3])] == [404] * 3


def test_what_only_the_service_can_see_keeps_the_whole_file_out_too(operator, tmp_path):
    crn, _ = people.register(operator)
    rows = people_rows(3)
    rows[1]["crn"] = crn  # registered already, with other details
    done = operator.run("import", "--area", NORTH, write_csv(tmp_path / "people.csv", rows))
    assert done.returncode != 0 and "people.csv:3:" in done.stderr
    assert operator.get(f"/people/{rows[0]['crn']}").status == 404


def test_skip_bad_takes_in_the_rest(operator, tmp_path):
    rows = people_rows(4)
    rows[1]["telephone"] = "ring me"
    done = operator.run("import", "--area", NORTH, "--skip-bad", write_csv(tmp_path / "people.csv", rows))
    assert "people.csv:3:" in done.stderr
    assert [operator.get(f"/people/{row['crn']}").status for row in rows] == [200, 404, 200, 200]


def test_a_column_that_is_none_is_named(operator, tmp_path):
    rows = [{**row, "shoe_size": 9} for row in people_rows(1)]
    done = operator.run("import", "--area", NORTH, write_csv(tmp_path / "people.csv", rows))
    assert done.returncode != 0 and "shoe_size" in done.stderr


def test_a_file_that_is_not_there_is_named(operator):
    done = operator.run("import", "--area", NORTH, "/nowhere/people.csv")
    assert done.returncode != 0 and "/nowhere/people.csv" in done.stderr


def reports(stack):
    """All three reports, each in every grouping, as JSON without the sequence that they count up to."""
    all_of_them = {}
    for name in ("attendance", "reminders", "mentors"):
        for by in ("week", "pathway", "practitioner"):
            answer = stack.get(f"/reports/{name}?by={by}")
            assert answer.status == 200, answer.text
            all_of_them[name, by] = {k: v for k, v in answer.json.items() if k != "sequence"}
    return all_of_them


def counted(stack):
    """The newest event that the reports count."""
    return int(stack.get("/reports/attendance").json.get("sequence", 0))


def test_five_recorded_sessions_are_counted_within_seconds(stack):
    """Fewer may be counted with somebody else's; five more are five more in their own row, whatever stood there."""
    def figures():
        table = stack.get("/reports/attendance?by=practitioner&practitioner=N77A777").json
        names = [column["name"] for column in table["columns"]]
        row, = [dict(zip(names, row["values"])) for row in table.get("rows", [])] or [{}]
        return [int(row.get(name, "0").replace("fewer than 5", "0")) for name in ("sessions", "onTime", "missedUnacceptable")]

    _, engagement = people.register(stack, practitioner="N77A777")
    sessions, on_time, missed = figures()
    for _ in range(5):
        stack.made(f"/sessions/{people.new_id()}", people.session(engagement))
        stack.made(f"/sessions/{people.new_id()}", people.session(
            engagement, participants=["PRACTITIONER"], measures=[],
            attendance={"happened": "HAPPENED", "attended": "DID_NOT_ATTEND", "absence": "PERSON_UNACCEPTABLE"}))
    assert wait_for(lambda: figures() == [sessions + 10, on_time + 5, missed + 5])


def test_a_count_by_which_somebody_could_be_made_out_is_in_no_format(local):
    _, engagement = people.register(local, practitioner="N78A788")
    for _ in range(6):
        local.made(f"/sessions/{people.new_id()}", people.session(engagement))
    assert wait_for(lambda: counted(local) == local.sequence(), 30)
    reports_of = {by: local.get(f"/reports/attendance?by={by}").json for by in ("week", "pathway", "practitioner")}
    for report in reports_of.values():
        for row in report["rows"]:
            for column, value in zip(report["columns"], row["values"]):
                assert column["unit"] != "count" or value == "fewer than 5" or int(value) % 5 == 0 and int(value) > 0
    as_csv = local.get("/reports/attendance?by=practitioner", headers={"Accept": "text/csv"}).text
    assert [row["values"] for row in reports_of["practitioner"]["rows"]] == list(csv.reader(as_csv.splitlines()))[1:]
    assert "fewer than 5" in as_csv


@pytest.mark.parametrize("query", ["by=week&practitioner=N78A788", "pathway=supervision", "by=pathway&practitioner=N78A788"])
def test_what_would_count_the_people_of_one_practitioner_by_week_or_pathway_is_refused(operator, query):
    answer = operator.get(f"/reports/attendance?{query}")
    assert answer.status == 400 and "too few people" in answer.json["errors"][0]["detail"]


def test_a_report_is_the_same_as_a_table_as_csv_and_as_json(operator):
    as_json = operator.run("report", "attendance", "--area", NORTH, "--format", "json")
    as_csv = operator.run("report", "attendance", "--area", NORTH, "--format", "csv")
    table = operator.run("report", "attendance", "--area", NORTH)
    assert [done.returncode for done in (as_json, as_csv, table)] == [0, 0, 0], as_json.stderr
    report = json.loads(as_json.stdout)
    lines = list(csv.reader(as_csv.stdout.splitlines()))
    assert len(lines) == len(report["rows"]) + 1 and len(lines[0]) == len(report["columns"])
    assert [row["values"] for row in report["rows"]] == lines[1:]
    assert all(lines[1][0] in text for text in (table.stdout, as_csv.stdout))
    by_door = operator.get("/reports/attendance", headers={"Accept": "text/csv"})
    assert by_door.headers["Content-Type"].startswith("text/csv")
    assert list(csv.reader(by_door.text.splitlines())) == lines


def test_replay_rebuilds_the_same_reports(local):
    _, engagement = people.register(local)
    local.made(f"/sessions/{people.new_id()}", people.session(engagement))
    assert wait_for(lambda: counted(local) == local.sequence(), 30)
    before = reports(local)
    done = local.run("replay")
    assert done.returncode == 0, done.stderr
    assert wait_for(lambda: counted(local) >= local.sequence(), 30)
    assert reports(local) == before


def test_a_read_model_that_was_deleted_is_rebuilt_from_the_events(local):
    assert wait_for(lambda: counted(local) == local.sequence(), 30)
    before = reports(local)
    for path in local.home.glob("reporting.sqlite*"):
        path.unlink()
    local.kill_and_wait("reporting")
    assert wait_for(lambda: counted(local) >= local.sequence(), 30)
    assert reports(local) == before


def test_verify_finds_a_whole_area_whole(local):
    done = local.run("verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_verify_finds_what_is_damaged(breakable):
    crn, engagement = people.register(breakable)
    assert breakable.run("verify").returncode == 0
    store = breakable.redis()
    key = f"{{{NORTH}}}:Engagement:{engagement}".encode()
    value = store.get(key)
    store.set(key, value[:-3] + bytes([value[-3] ^ 0xFF]) + value[-2:])
    damaged = breakable.run("verify")
    store.delete(f"{{{NORTH}}}:Person:{crn}")
    missing = breakable.run("verify")
    assert (damaged.returncode, missing.returncode) != (0, 0)
    assert missing.returncode != 0 and (crn in missing.stdout or engagement in missing.stdout), missing.stdout

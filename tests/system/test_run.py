"""./run: one command that starts everything, and says why where it cannot."""

import json
import shutil
import signal
import socket
from pathlib import Path

import pytest

import people
from stack import NORTH, SERVICES, LocalStack, wait_for


@pytest.fixture(scope="module")
def second(local):
    """Another stack beside the one of all tests."""
    own = LocalStack()
    try:
        yield own.start()
    finally:
        own.remove()


def test_help_explains_and_an_unknown_word_does_not(local):
    said = local.script("--help")
    assert said.returncode == 0
    for word in ("--until-ready", "--stop", "ALONGSIDE_HOME", "ALONGSIDE_PORT"):
        assert word in said.stdout
    wrong = local.script("--faster")
    assert wrong.returncode == 2 and "usage" in wrong.stdout


def test_do_is_the_operators_command_for_what_runs_here(local):
    said = local.script("--do", "status")
    assert said.returncode == 0 and all(service in said.stdout for service in SERVICES), said.stdout
    assert local.script("--do", "token", "--actor", "L31A031", "--roles", "safeguarding-lead", "--areas", NORTH).returncode == 0


def test_two_stand_side_by_side_and_share_nothing(local, second):
    assert local.is_ready() and second.is_ready() and local.url != second.url
    crn, _ = people.register(second)
    assert second.get(f"/people/{crn}").status == 200
    assert local.get(f"/people/{crn}").status == 404
    assert local.get(f"/people/{crn}", token=second.token).status == 401


def test_what_was_there_is_there_after_stop_and_start(local, second):
    crn, engagement = people.register(second, pathway="quick")
    appointment = people.new_id()
    second.made(f"/appointments/{appointment}", people.appointment(engagement, minutes=60.3))
    before = second.get(f"/people/{crn}").text
    stopped = second.stop()
    assert stopped.returncode == 0 and not second.is_ready()
    assert second.script("--status").stdout.count("not running") == len(SERVICES) + 4
    assert list((second.home / "run").glob("*.pid")) == []
    second.start()
    assert second.get(f"/people/{crn}").text == before
    telephone = json.loads(before)["personal"]["telephone"]
    assert wait_for(lambda: second.messages_to(telephone), 60), "its reminder did not go out after the start"


def test_what_runs_already_is_not_started_again(second):
    again = second.script("--until-ready")
    assert again.returncode != 0 and "already running" in again.stdout
    assert second.is_ready()


def test_stopping_what_does_not_run_is_no_fault(second):
    second.stop()
    assert second.script("--stop").returncode == 0
    second.start()


def test_a_stop_leaves_no_process_behind(second):
    pids = {name: second.pid(name) for name in (*SERVICES, "redis", "standin")}
    assert all(pids.values())
    second.stop()
    assert [name for name, pid in pids.items() if is_alive(pid)] == []
    second.start()


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_cannot_start_is_named_with_its_reason(local, tmp_path):
    config = shutil.copytree(Path(__file__).parents[2] / "config", tmp_path / "config")
    (config / "pathways" / "broken.yaml").write_text("name: broken\nnoSuchField: 1\n")
    blocked = LocalStack(ALONGSIDE_PATHWAYS=str(config / "pathways"))
    try:
        said = blocked.script("--until-ready")
    finally:
        blocked.remove()
    assert said.returncode != 0
    assert "intake" in said.stdout and "broken.yaml:2" in said.stdout, said.stdout


def test_a_port_that_another_program_has_is_named(local):
    blocked = LocalStack()
    with socket.create_server(("127.0.0.1", blocked.port + 3)):
        try:
            said = blocked.script("--until-ready")
        finally:
            blocked.remove()
    assert said.returncode != 0
    assert f"port {blocked.port + 3} is in use" in said.stdout, said.stdout


def test_a_port_that_is_none_is_refused(local):
    wrong = LocalStack(ALONGSIDE_PORT="eighty")
    try:
        said = wrong.script("--until-ready")
    finally:
        wrong.remove()
    assert said.returncode != 0 and "ALONGSIDE_PORT" in said.stdout


def test_a_service_that_was_told_to_end_is_started_again(second):
    pid = second.signal("matching", signal.SIGTERM)
    assert wait_for(lambda: second.pid("matching") != pid, 10)
    second.wait_ready()

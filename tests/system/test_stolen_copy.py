"""A stolen copy: of the store's files, of a backup, of the read model, the logs, or of what a crash leaves behind. Names,
addresses and what was said stand in none of them."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess

import pytest

import people
import stack as stacks
from stack import NORTH, SERVICES, wait_for

pytestmark = pytest.mark.trust

DETAILS = {"givenName": "Canaryddgwen", "familyName": "Canarysurname", "telephone": "+447700900986",
           "email": "canaryaddress@example.invalid", "safeContact": "canarysafecontact"}
MENTOR = {"givenName": "Canarymentorname", "familyName": "Canarymentorsurname", "telephone": "+447700900985",
          "email": "canarymentor@example.invalid"}
NARRATIVE = "canarynarrative: what was said in confidence"
STAFF = {"givenName": "Canarystaffname", "telephone": "+447700900984", "email": "canarystaff@example.invalid"}
NOTE = "canarynote: what was told on the bench. canaryextract: what must be passed on."
WORDS = [*DETAILS.values(), *MENTOR.values(), *STAFF.values(), "canarynarrative", "canarynote", "canaryextract", "canaryuntold",
         "canaryaction", "canaryreview"]


@pytest.fixture(scope="module")
def told():
    """A stack of its own that logs all it can and may leave core dumps, in which people have told what nobody else is to
    know. Answers the stack and the CRN."""
    if stacks.from_environment():
        pytest.skip("needs the processes and files of a stack on this machine")
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    own = stacks.LocalStack(ALONGSIDE_LOG="debug")
    try:
        own.start()
        yield own, tell(own)
    finally:
        own.remove()
        resource.setrlimit(resource.RLIMIT_CORE, limits)


def tell(stack):
    crn, engagement, mentor = people.new_crn(), people.new_id(), people.new_id()
    stack.made(f"/people/{crn}", people.person(crn, personal=DETAILS, mentoring={"wanted": True, "conflictsChecked": True}))
    stack.made(f"/engagements/{engagement}", {"crn": crn, "pathway": "supervision"})
    stack.made(f"/appointments/{people.new_id()}", people.appointment(engagement, minutes=24 * 60 + 60))
    stack.made(f"/sessions/{people.new_id()}", people.session(engagement, narrative={"text": NARRATIVE}))
    stack.made(f"/mentors/{mentor}", people.mentor(personal=MENTOR))
    offer = people.new_id()
    stack.made(f"/offers/{offer}", {"crn": crn, "mentorId": mentor})
    assert wait_for(lambda: stack.messages_to(MENTOR["telephone"]), 20), "the notice did not go out"
    as_mentor = stack.token_for(mentor, "mentor")
    assert stack.post(f"/offers/{offer}/accept", {}, token=as_mentor).status == 200
    confide(stack, crn, as_mentor)
    return crn


def confide(stack, crn, as_mentor):
    """A note of the mentor's, and a disclosure out of it that a lead works through to its end."""
    lead, note, disclosure = "L41A041", people.new_id(), people.new_id()
    as_lead, path = stack.token_for(lead, "safeguarding-lead"), f"/disclosures/{disclosure}"
    stack.made(f"/staff/{lead}", {"personal": STAFF})
    stack.made("/on-call-rota", {"levels": [{"duties": [{"staff": lead}]}]}, token=as_lead)
    stack.made(f"/notes/{note}", {"crn": crn, "text": {"text": NOTE}}, token=as_mentor)
    stack.made(path, {"crn": crn, "kind": "RISK_TO_OTHERS", "extract": {"text": NOTE[NOTE.index("canaryextract"):]}, "noteId": note,
                      "saidAt": people.at(hours=-1), "told": "NO", "untoldWhy": {"text": "canaryuntold"}}, token=as_mentor)
    assert wait_for(lambda: stack.messages_to(STAFF["telephone"]), 20), "the alert did not go out"
    assert stack.post(f"{path}/acknowledge", {}, token=as_lead).status == 200
    action = {"kind": "OTHER_ACTION", "text": {"text": "canaryaction"}}
    stack.made(f"{path}/actions/{people.new_id()}", action, token=as_lead)
    assert stack.post(f"{path}/close", {"untoldReview": {"text": "canaryreview"}}, token=as_lead).status == 200
    read = stack.get(path, token=as_lead).text
    assert all(word in read for word in ("canaryextract", "canaryuntold", "canaryaction", "canaryreview"))


def files_below(*folders):
    """All that lies there, but what the outside world received (a telephone shows it) and the log of the build."""
    return [path for folder in folders for path in pathlib.Path(folder).rglob("*")
            if path.is_file() and path.name not in ("sent.jsonl", "build.log")]


def in_clear(paths, words):
    found = []
    for path in paths:
        content = path.read_bytes().lower()
        found += [(str(path), word) for word in words if word.lower().encode() in content]
    return found


def test_nothing_is_in_clear_in_the_store_the_read_model_or_the_logs(told):
    stack, crn = told
    stack.redis().save()
    files = files_below(stack.home)
    kinds = {path.suffix for path in files}
    assert {".rdb", ".aof", ".sqlite", ".log"} <= kinds, kinds
    assert in_clear([path for path in files if path.suffix in (".rdb", ".aof")], [crn]), "this test looks in the wrong place"
    assert in_clear(files, WORDS) == []


def test_no_secret_of_a_token_is_kept(told):
    stack, _ = told
    made = stack.run("token", "--actor", "N01A001", "--roles", "practitioner", "--areas", NORTH).stdout.split()[-1]
    assert in_clear(files_below(stack.home / "redis"), [made.split(".")[1]]) == []


def test_nothing_is_in_clear_in_a_rewritten_store_and_a_backup_of_it(told, tmp_path):
    stack, _ = told
    stack.redis().bgrewriteaof()
    assert wait_for(lambda: not stack.redis().info("persistence")["aof_rewrite_in_progress"], 20)
    shutil.copytree(stack.home / "redis", tmp_path / "backup")
    assert files_below(tmp_path / "backup")
    assert in_clear(files_below(tmp_path / "backup"), WORDS) == []


def cores(folders):
    return [path for folder in folders for path in pathlib.Path(folder).glob("core*")]


def leaves_a_core(folder):
    """Whether a program that crashes here leaves a core dump in its folder: else the search for one proves nothing."""
    crashing = subprocess.Popen(["sleep", "60"], cwd=folder)
    crashing.send_signal(signal.SIGSEGV)
    crashing.wait()
    return bool(cores([folder]))


@pytest.mark.parametrize("service", SERVICES)
def test_a_crash_leaves_no_core_dump(told, tmp_path, service):
    stack, _ = told
    limits = pathlib.Path(f"/proc/{stack.pid(service)}/limits").read_text()
    assert any(line.split()[4:6] == ["0", "0"] for line in limits.splitlines() if line.startswith("Max core file size"))
    may_leave = leaves_a_core(tmp_path)
    before = set(cores([stack.home, stacks.ROOT, os.getcwd()]))
    pid = stack.signal(service, signal.SIGSEGV)
    assert wait_for(lambda: stack.pid(service) not in (None, pid), 20), f"{service} was not started again"
    stack.wait_ready()
    assert set(cores([stack.home, stacks.ROOT, os.getcwd()])) == before
    if not may_leave:
        pytest.skip("the limit of its core dumps is zero; but here nobody's crash leaves one, so no more is shown")

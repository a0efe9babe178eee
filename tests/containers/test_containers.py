"""The containers that docker/ makes: how they are confined, what each is given, and that they come back.

Started by tests/containers/run, which brings the stack up and says in the environment how to reach it.
"""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.skipif("ALONGSIDE_TEST_TOKEN" not in os.environ or "COMPOSE_PROJECT_NAME" not in os.environ,
                                reason="needs the stack that tests/containers/run brings up")

SERVICES = ("gateway", "intake", "reminders", "matching", "reporting", "courier", "mentoring", "safeguarding", "notary")
PUBLISHED = {"gateway", "standin"}  # the stand-in is there for tests and demonstrations only
KEYS = {
    "gateway": {"peers.yaml", "gateway.curve", "gateway.audit", "gateway.sign"},
    "intake": {"peers.yaml", "intake.curve", "intake.audit", "destroyed.key", "contact.master", "supervision.master"},
    "reminders": {"peers.yaml", "reminders.curve", "reminders.audit", "destroyed.key", "contact.master"},
    "matching": {"peers.yaml", "matching.curve", "matching.audit", "destroyed.key", "contact.master"},
    "reporting": {"peers.yaml", "reporting.curve", "reporting.audit", "destroyed.key"},
    "courier": {"peers.yaml", "courier.curve", "courier.audit", "destroyed.key", "contact.master", "sms.key"},
    "mentoring": {"peers.yaml", "mentoring.curve", "mentoring.audit", "destroyed.key", "mentoring.master"},
    "safeguarding": {"peers.yaml", "safeguarding.curve", "safeguarding.audit", "destroyed.key", "contact.master", "safeguarding.master"},
    "notary": {"notary.audit", "notary.sign"},
}
CLI = ("redis-cli", "--tls", "--cacert", "/keys/redis.crt")
NO_CAPABILITY = "0" * 16
PERSON = {"practitioner": "N01A001", "personal": {"givenName": "Siân", "familyName": "O'Dŵr"}, "language": "ENGLISH",
          "whereabouts": "COMMUNITY"}


def command(*words, check=True):
    """What it prints need not be text throughout: an audit's entries are not."""
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=120, stdin=subprocess.DEVNULL,
                          check=False)
    assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
    return done


def compose(*words, check=True):
    return command("docker", "compose", *words, check=check)


def inside(service, script, check=True):
    """A shell's script in the service's container."""
    return compose("exec", "-T", service, "sh", "-c", script, check=check)


def containers():
    """What Docker says of each running container of the stack, by the name of its service."""
    ids = compose("ps", "-q").stdout.split()
    found = json.loads(command("docker", "inspect", *ids).stdout)
    return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}


def container(service):
    return containers()[service]


@pytest.fixture(scope="module")
def running():
    return containers()


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.2)


def http(method, path, body=None):
    request = urllib.request.Request(os.environ["ALONGSIDE_TEST_URL"] + path, method=method)
    request.add_header("Authorization", f"Bearer {os.environ['ALONGSIDE_TEST_TOKEN']}")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, None
    except OSError:
        return 0, None


def put_person(crn):
    return http("PUT", f"/v1/areas/demo-north/people/{crn}", PERSON)[0]


def family_name(crn):
    status, person = http("GET", f"/v1/areas/demo-north/people/{crn}")
    return person["personal"]["familyName"] if status == 200 else None


def is_ready():
    return http("GET", "/readyz")[0] == 200


def crn():
    return f"T{time.time_ns() // 1000 % 1000000:06d}"


# --- confinement


def test_every_service_and_the_store_are_running(running):
    assert set(running) == {*SERVICES, "redis", "standin"}


def test_no_container_runs_as_root_or_may_become_it(running):
    for service, state in running.items():
        status = dict(line.split(":\t", 1) for line in inside(service, "cat /proc/1/status").stdout.splitlines() if ":\t" in line)
        assert "0" not in status["Uid"].split() + status["Gid"].split(), service
        assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {NO_CAPABILITY}, service
        assert status["NoNewPrivs"] == "1" and not state["HostConfig"]["Privileged"], service


def test_no_container_can_write_to_its_own_files(running):
    for service, state in running.items():
        assert state["HostConfig"]["ReadonlyRootfs"], service
        tried = inside(service, "for at in /usr/local/bin /etc /keys /usr/share; do : >$at/written && echo $at; done", check=False)
        assert tried.stdout == "", (service, tried.stdout)


def test_memory_processes_and_logs_are_bounded(running):
    for service, state in running.items():
        assert 0 < state["HostConfig"]["Memory"] <= 2 << 30, service
        assert 0 < state["HostConfig"]["PidsLimit"] <= 64, service
        assert state["HostConfig"]["LogConfig"]["Config"].get("max-size"), service


def test_every_container_is_started_again_when_it_fails(running):
    assert {state["HostConfig"]["RestartPolicy"]["Name"] for state in running.values()} == {"unless-stopped"}


def test_only_the_gateway_is_published_and_only_on_loopback(running):
    for service, state in running.items():
        bindings = [each for port in (state["NetworkSettings"]["Ports"] or {}).values() for each in port or ()]
        assert bool(bindings) == (service in PUBLISHED), service
        assert all(each["HostIp"] == "127.0.0.1" for each in bindings), service


def test_the_backend_has_no_way_out(running):
    project = os.environ["COMPOSE_PROJECT_NAME"]
    network = json.loads(command("docker", "network", "inspect", f"{project}_inside").stdout)[0]
    assert network["Internal"]
    for service in set(SERVICES) - {"gateway", "courier"} | {"redis"}:
        assert set(running[service]["NetworkSettings"]["Networks"]) == {f"{project}_inside"}, service


def test_of_the_services_only_the_courier_is_given_a_way_out():
    files = [each for each in os.environ["COMPOSE_FILE"].split(":") if each == "docker/compose.yaml"]
    config = json.loads(command("docker", "compose", "-f", *files, "config", "--format", "json").stdout)
    outward = [name for name, service in config["services"].items() if "outward" in (service.get("networks") or {})]
    assert outward == ["courier"]


# --- secrets


def test_each_service_is_given_its_own_keys_and_no_others():
    for service, own in KEYS.items():
        assert set(inside(service, "ls -A /keys").stdout.split()) == own | {f"{service}.redis", "redis.crt"}, service


def test_the_store_is_given_hashes_of_passwords_only():
    assert inside("redis", "ls -A /keys").stdout.split() == ["redis.crt", "redis.key", "users.acl"]
    accounts = inside("redis", "cat /keys/users.acl").stdout
    password = inside("intake", "cat /keys/intake.redis").stdout.strip()
    assert password and password not in accounts and ">" not in accounts


def test_no_secret_is_in_the_environment_or_on_a_command_line(running):
    secrets = [inside(service, f"cat /keys/{service}.redis").stdout.strip() for service in SERVICES]
    secrets += [inside("gateway", "cat /keys/gateway.sign").stdout.strip(), inside("courier", "cat /keys/sms.key").stdout.strip()]
    said = json.dumps(list(running.values()))
    assert all(secrets) and not any(secret in said for secret in secrets)


def test_the_images_hold_no_keys_and_no_compiler():
    for image in ("alongside", "alongside-redis"):
        found = command("docker", "run", "--rm", "--network", "none", "--user", "0", "--entrypoint", "sh", image, "-c",
                        "find /keys /var/lib/keys -type f 2>/dev/null; command -v cc gcc make python3 curl || :")
        assert found.stdout == "", (image, found.stdout)


# --- the store


def redis_as(account, words):
    """A command to Redis, under a service's account, from its own container's password."""
    password = inside(account, f"cat /keys/{account}.redis").stdout.strip() if account in SERVICES else "none"
    return compose("exec", "-T", "-e", f"REDISCLI_AUTH={password}", "redis", *CLI, "--user", account, *words.split(),
                   check=False).stdout.strip()


def test_the_store_is_durable():
    assert redis_as("intake", "CONFIG GET appendonly").split() == ["appendonly", "yes"]
    assert redis_as("intake", "CONFIG GET appendfsync").split() == ["appendfsync", "always"]
    assert redis_as("intake", "CONFIG GET maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]


def test_the_store_speaks_tls_only():
    assert compose("exec", "-T", "redis", *CLI, "PING", check=False).stdout.startswith("NOAUTH")
    plain = compose("exec", "-T", "redis", "redis-cli", "PING", check=False)
    assert "NOAUTH" not in plain.stdout and plain.returncode != 0, plain.stdout
    untrusted = compose("exec", "-T", "redis", "redis-cli", "--tls", "PING", check=False)
    assert untrusted.returncode != 0 and "certificate verify failed" in untrusted.stderr, (untrusted.stdout, untrusted.stderr)


def test_the_store_answers_nobody_without_an_account():
    answer = compose("exec", "-T", "redis", *CLI, "GET", "{demo-north}:sequence", check=False).stdout
    assert answer.startswith("NOAUTH"), answer


def test_an_account_may_do_what_its_service_does_and_nothing_else():
    assert redis_as("intake", "MGET {demo-north}:Person:X") == ""
    for words in ("FLUSHALL", "CONFIG SET appendonly no", "SHUTDOWN NOSAVE", "ACL LIST", "KEYS *", "EVAL 1 0",
                  "REPLICAOF 127.0.0.1 1", "MONITOR", "FUNCTION FLUSH", "MGET {demo-north}:Delivery:X",
                  "MSET {demo-north}:Offer:X x", "DEL {demo-north}:audit", "XTRIM {demo-north}:events MAXLEN 0"):
        assert "NOPERM" in redis_as("intake", words), words


def test_the_notary_may_read_audits_and_nothing_else():
    assert "NOPERM" not in redis_as("notary", "XRANGE {demo-north}:audit - + COUNT 1")
    for words in ("XRANGE {demo-north}:events - +", "MGET {demo-north}:sequence", "XADD {demo-north}:audit * a b",
                  "FCALL commit 0 0", "DEL {demo-north}:audit"):
        assert "NOPERM" in redis_as("notary", words), words


def test_the_audit_is_chained_outside_of_the_store_and_whole():
    assert put_person(crn()) == 201
    assert wait_for(lambda: inside("notary", "ls -s /var/lib/audit/demo-north.chain", check=False).stdout.split()[:1] not in ([], ["0"]))
    verified = compose("run", "--rm", "-T", "operator", "audit", "verify", check=False)
    assert verified.returncode == 0, verified.stdout


def test_nobody_can_be_the_default_account():
    for words in (["PING"], ["AUTH", "default", ""], ["AUTH", ""]):
        answer = compose("exec", "-T", "redis", *CLI, *words, check=False).stdout
        assert answer.split()[0] in ("NOAUTH", "WRONGPASS"), (words, answer)


def test_a_health_check_may_knock_and_nothing_else():
    assert redis_as("health", "PING") == "PONG"
    assert "NOPERM" in redis_as("health", "GET {demo-north}:sequence")


# --- bad days


def kill(service):
    """kill -9 from outside the container, as the kernel does when memory runs out: Docker is not asked."""
    state = container(service)
    command("docker", "run", "--rm", "--network", "none", "--pid", "host", "--user", "0", "--cap-drop", "ALL", "--cap-add", "KILL",
            "--entrypoint", "sh", "alongside", "-c", f"kill -9 {state['State']['Pid']}")
    return state["State"]["StartedAt"]


def came_back(service, started_at):
    state = container(service).get("State", {}) if service in containers() else {}
    return state.get("StartedAt") != started_at and state.get("Health", {}).get("Status") == "healthy"


@pytest.mark.parametrize("service", ["intake", "gateway", "courier"])
def test_a_service_that_is_killed_comes_back(service):
    started_at = kill(service)
    assert wait_for(lambda: came_back(service, started_at)), f"{service} did not come back"
    assert wait_for(is_ready), "not every service is ready"


def test_what_was_acknowledged_outlives_the_store():
    person = crn()
    assert put_person(person) == 201
    started_at = kill("redis")
    assert wait_for(lambda: came_back("redis", started_at)), "Redis did not come back"
    assert wait_for(is_ready), "not every service is ready"
    assert family_name(person) == "O'Dŵr"


def test_a_second_replica_takes_its_share():
    compose("up", "--wait", "--no-recreate", "--scale", "intake=2", "intake")
    replicas = compose("ps", "-q", "intake").stdout.split()
    assert len(replicas) == 2
    # The gateway looks the name up again every few seconds; then either may be stopped.
    time.sleep(7)
    command("docker", "stop", replicas[0])
    try:
        assert wait_for(lambda: put_person(crn()) == 201, 20)
    finally:
        compose("up", "--wait", "--no-recreate", "--scale", "intake=1", "intake")
    assert wait_for(is_ready), "not every service is ready"


def test_everything_is_still_there_when_all_containers_are_made_anew():
    person = crn()
    assert put_person(person) == 201
    before = inside("intake", "cat /keys/*").stdout
    compose("up", "--wait", "--force-recreate", "--timeout", "10")
    assert wait_for(is_ready), "not every service is ready"
    assert inside("intake", "cat /keys/*").stdout == before
    assert family_name(person) == "O'Dŵr"


# --- another stack, as one would deploy it


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A stack with keys of one's own keeping and no stand-in: its folder of keys, and a function that calls Compose."""
    folder = tmp_path_factory.mktemp("secrets")
    for each in (folder, *folder.parents[:3]):
        each.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = pathlib.Path(__file__).resolve().parents[2]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ALONGSIDE_", "COMPOSE_"))}
    environment.update(ALONGSIDE_SECRETS=str(folder), ALONGSIDE_PORT=str(port))

    def call(*words, check=True):
        done = subprocess.run(["docker", "compose", "-p", f"{os.environ['COMPOSE_PROJECT_NAME']}-deployed",
                               "-f", "docker/compose.yaml", "-f", "docker/compose.secrets.yaml", *words], cwd=root,
                              env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
        assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    command("docker", "run", "--rm", "--network", "none", "-v", f"{folder}:/var/lib/keys", "alongside", "hand-out-keys")
    try:
        call("up", "--wait")
        yield folder, call
    finally:
        call("down", "-v", "--timeout", "5", check=False)


def test_the_keys_may_come_from_a_folder_of_ones_own(deployed):
    folder, call = deployed
    token = call("run", "--rm", "-T", "operator", "token", "--actor", "own.keys", "--roles", "practitioner", "--areas", "demo-north")
    assert token.stdout.startswith("demo-north.")
    kept = (folder / "intake" / "contact.master").read_text()
    assert call("exec", "-T", "intake", "cat", "/keys/contact.master").stdout == kept
    assert not [each for each in call("ps", "-a", "--format", "json").stdout.splitlines() if '"Service":"keys"' in each
                and '"ExitCode":0' not in each]


def test_a_backup_of_the_store_is_the_whole_store(deployed):
    _, call = deployed
    project = f"{os.environ['COMPOSE_PROJECT_NAME']}-deployed"
    token = call("run", "--rm", "-T", "operator", "token", "--actor", "backup", "--roles", "practitioner",
                 "--areas", "demo-north").stdout.strip()
    call("pause", "redis")
    command("docker", "run", "--rm", "--network", "none", "-v", f"{project}_store:/data:ro", "-v", f"{project}_backup:/backup",
            "--entrypoint", "tar", "--user", "0", "alongside", "-C", "/data", "-cf", "/backup/store.tar", ".")
    call("down", "--timeout", "1")
    command("docker", "volume", "rm", f"{project}_store")
    call("create", "redis")
    command("docker", "run", "--rm", "--network", "none", "-v", f"{project}_store:/data", "-v", f"{project}_backup:/backup:ro",
            "--entrypoint", "tar", "--user", "0", "alongside", "-C", "/data", "-xf", "/backup/store.tar")
    try:
        call("up", "--wait")
        # Only who is in the store can be withdrawn from it.
        assert "Revoked" in call("run", "--rm", "-T", "operator", "token", "--revoke", token).stdout
    finally:
        call("down", "--timeout", "1", check=False)
        command("docker", "volume", "rm", f"{project}_backup", check=False)

"""The headless twins of the panes, called as a script would call them, on a simulated account."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.cli import main
from rgt_tui.simulator import Simulator, build_world
from tests.commands.conftest import Call, answer


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as served:
        yield served


def with_key(simulator: Simulator) -> tuple[str, str]:
    return ("--identity", simulator.ssh_identity)


def test_pods_answers_what_the_contract_names(call: Call, simulator: Simulator) -> None:
    called = call("pods", "--json", *with_key(simulator))
    assert called[0] == 0
    pods = {pod["name"]: pod for pod in answer(called)["pods"]}
    assert {"id", "name", "status", "readiness", "gpu", "cloud", "data_center"} <= set(
        pods["train-a"]
    )
    assert pods["train-a"]["storage"] == "network"
    assert pods["train-a"]["cost_per_hour"] == 2.69
    assert pods["sweep-07"]["symptoms"] == ["RP11", "RP3"]
    assert pods["eval-b200"]["symptoms"] == ["RP9", "RP16", "RP3"]
    assert pods["infer-x"]["ssh"] == "proxy"
    assert "RP11" not in pods["infer-x"]["unknown_symptoms"], "the gateway's shell was examined"


def test_pods_without_ssh_says_what_it_could_not_tell(call: Call) -> None:
    pods = {pod["name"]: pod for pod in answer(call("pods", "--json", "--no-ssh"))["pods"]}
    assert pods["sweep-07"]["symptoms"] == ["RP3"]
    assert "RP11" in pods["sweep-07"]["unknown_symptoms"]


def test_disk_gives_the_apis_size_on_a_network_volume(call: Call, simulator: Simulator) -> None:
    called = call("disk", "train-a", "--json", *with_key(simulator))
    (pod,) = answer(called)["pods"]
    assert pod["unreachable"] is None
    assert pod["road"] == "direct"
    mounts = {mount["path"]: mount for mount in pod["mounts"]}
    assert mounts["/workspace"]["kind"] == "network"
    assert mounts["/workspace"]["size_source"] == "api"
    assert mounts["/workspace"]["used_bytes"] is None
    assert mounts["/workspace"]["survives_terminate"]
    assert mounts["/"]["size_source"] == "df"
    assert not mounts["/"]["survives_stop"]


def test_disk_of_a_pod_nobody_can_reach_says_why(call: Call) -> None:
    (pod,) = answer(call("disk", "infer-x", "--json"))["pods"]
    assert "SSH key" in pod["unreachable"]
    assert pod["road"] is None
    assert [mount["used_bytes"] for mount in pod["mounts"]] == [None]


def test_gpu_tells_a_missing_gpu_from_one_not_looked_at(call: Call, simulator: Simulator) -> None:
    called = call("gpu", "resume-a6k", "infer-x", "sweep-07", "--json", *with_key(simulator))
    pods = {pod["name"]: pod for pod in answer(called)["pods"]}
    assert pods["resume-a6k"]["gpus"] == []
    assert "no GPU" in pods["resume-a6k"]["absent"]
    assert len(pods["infer-x"]["gpus"]) == 1, "over the gateway"
    assert pods["infer-x"]["road"] == "gateway"
    assert len(pods["sweep-07"]["gpus"]) == 4


def test_triage_fails_at_the_severity_asked_for(call: Call, simulator: Simulator) -> None:
    identity = with_key(simulator)
    assert call("triage", "sweep-07", *identity)[0] == 1
    assert call("triage", "sweep-07", "--fail-on", "never", *identity)[0] == 0
    assert call("triage", "train-a", *identity)[0] == 0


def test_triage_tells_evidence_cause_and_fix(call: Call, simulator: Simulator) -> None:
    (pod,) = answer(call("triage", "sweep-07", "--json", *with_key(simulator)))["pods"]
    (finding,) = [f for f in pod["findings"] if f["code"] == "RP11"]
    assert finding["verdict"] == "present"
    assert finding["severity"] == "critical"
    assert finding["evidence"][0]["source"] == "ssh"
    assert finding["evidence"][0]["at"].endswith("Z")
    assert finding["fix"]
    assert finding["missing"] == []


def test_absent_symptoms_are_listed_only_when_asked_for(call: Call, simulator: Simulator) -> None:
    identity = with_key(simulator)
    (short,) = answer(call("triage", "train-a", "--json", *identity))["pods"]
    (whole,) = answer(call("triage", "train-a", "--json", "--all", *identity))["pods"]
    assert "absent" not in {f["verdict"] for f in short["findings"]}
    verdicts = {f["code"]: f["verdict"] for f in whole["findings"]}
    assert (verdicts["RP11"], verdicts["RP16"]) == ("absent", "absent")


def test_triage_classifies_what_it_reads(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    log = b"step 1\n\x1b[31mOSError: [Errno 28] No space left on device\x1b[0m\xff\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log)))
    called = call("triage", "-", "--json")
    (finding,) = answer(called)["findings"]
    assert called[0] == 1
    assert finding["code"] == "RP11"
    assert "\x1b" not in finding["evidence"][0]["said"]


def test_triage_reads_what_powershell_wrote_and_what_a_bar_drew_over(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = "50%|##\r 60%|##\rOSError: [Errno 28] No space left on device\r 70%|##\r\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.encode("utf-16"))))
    (finding,) = answer(call("triage", "-", "--json"))["findings"]
    assert finding["code"] == "RP11"


def test_a_table_never_holds_escapes_when_it_is_piped(call: Call) -> None:
    code, out, _ = call("pods", "--no-ssh")
    assert code == 0
    assert "\x1b" not in out
    assert "sweep-07" in out


@pytest.mark.parametrize("command", ["pods", "disk", "gpu", "triage"])
def test_without_a_key_the_three_ways_are_named(call: Call, command: str) -> None:
    called = call(command, "--json", key=None)
    error = answer(called)["error"]
    assert called[0] == 3
    assert error["code"] == "no_api_key"
    for way in ("rgt-tui login", "RUNPOD_API_KEY", "--api-key-file"):
        assert way in f"{error['message']} {error['hint']}"


def test_a_wrong_key_is_exit_3_with_what_to_do(call: Call) -> None:
    called = call("pods", "--json", key="rpa_WRONG")
    error = answer(called)["error"]
    assert (called[0], error["code"]) == (3, "unauthorized")
    assert "rpa_WRONG" not in called[1]


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [(403, 3, "forbidden"), (500, 4, "ambiguous"), (429, 4, "rate_limited")],
)
def test_a_refusing_service_has_its_exit_code(
    call: Call, simulator: Simulator, status: int, code: int, word: str
) -> None:
    simulator.faults.status = status
    simulator.faults.path = "/v2/pods"
    try:
        called = call("pods", "--json")
    finally:
        simulator.faults.clear()
    assert (called[0], answer(called)["error"]["code"]) == (code, word)


def test_a_service_that_is_away_is_exit_4(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_API_BASE_URL", "http://127.0.0.1:9")
    called = call("pods", "--json")
    assert (called[0], answer(called)["error"]["code"]) == (4, "not_sent")


def test_a_pod_that_does_not_exist_is_wrong_usage_with_the_nearest_name(call: Call) -> None:
    called = call("disk", "train-b", "--json")
    assert called[0] == 2
    assert "train-a" in answer(called)["error"]["hint"]


def test_an_unknown_option_names_the_nearest_one(call: Call) -> None:
    code, _, err = call("--demoo")
    assert code == 2
    assert "--demo" in err
    called = call("triage", "--fail-onn", "never", "--json")
    assert called[0] == 2
    assert "--fail-on" in answer(called)["error"]["message"]


def test_an_unknown_command_names_the_nearest_one(call: Call) -> None:
    called = call("podz", "--json")
    assert called[0] == 2
    assert "pods" in answer(called)["error"]["message"]


def test_without_a_terminal_the_console_prints_the_triage_report(
    call: Call, simulator: Simulator
) -> None:
    code, out, err = call()
    assert "there is no terminal" in err
    assert "eval-b200" in out
    assert "RP16" in out
    assert code == 1


def test_a_fault_of_ours_is_one_line_without_its_text(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("rpa_CANARY \x1b]0;evil\x07")

    monkeypatch.setattr("rgt_tui.look.configuration", broken)
    called = call("pods", "--json")
    error = answer(called)["error"]
    assert (called[0], error["code"]) == (4, "internal")
    assert "RuntimeError" in error["message"]
    assert "CANARY" not in called[1] + called[2]


def test_many_pods_without_a_container_do_not_use_up_the_rate_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = build_world(pods=120)
    with Simulator(world, speed=0) as many:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path / "rgt"))
        monkeypatch.setenv("RUNPOD_API_BASE_URL", many.url)
        monkeypatch.setenv("RUNPOD_API_KEY", many.api_key)
        assert main(["pods", "--no-ssh"]) == 0
        capsys.readouterr()
        assert len(many.requests) <= 14
        assert 429 not in {request.status for request in many.requests}

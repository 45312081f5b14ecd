from pathlib import Path

import pytest

from rgt_tui.probes import BadSection
from rgt_tui.probes.processes import MASK, parse, redacted
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write
from tests.shared import shared_file

PAGES = {"big": 300_000}


def stat(pid: int, comm: str, state: str = "S", *, started: int = 1000, pages: int = 500) -> str:
    rest = "0 " * 7 + f"120 30 0 0 20 0 4 0 {started} 99999 {pages} 18446744073709551615"
    return f"{pid} ({comm}) {state} 1 1 1 {rest}\n"


def place(root: Path, pid: int, comm: str, *args: str, state: str = "S", pages: int = 500) -> None:
    write(root, f"proc/{pid}/stat", stat(pid, comm, state, pages=pages))
    write(root, f"proc/{pid}/cmdline", "\0".join(args) + "\0" if args else "")
    write(root, f"proc/{pid}/status", f"Name:\t{comm}\nUid:\t0\t0\t0\t0\n")
    write(root, f"proc/{pid}/wchan", "request_wait_answer" if state == "D" else "0")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_what_matters_is_told_and_the_rest_is_counted(shell: list[str], tmp_path: Path) -> None:
    put(tmp_path, proc__uptime="3610.50 1.0\n")
    place(tmp_path, 1, "docker-init", "/sbin/docker-init", "--", "/start.sh")
    place(tmp_path, 77, "sshd", "sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups")
    place(tmp_path, 90, "nothing special", "x")
    place(tmp_path, 91, "a) S 1 (b", "python", pages=PAGES["big"])
    place(tmp_path, 611, "python3", "python", "tok.py", "/workspace/raw\nx", state="D")
    place(tmp_path, 700, "python", state="Z")
    report, _ = ask(the_shell(shell), "processes", tmp_path)
    assert report.total == 6
    assert [it.pid for it in report.processes] == [1, 77, 91, 611, 700]
    assert report.first.args == "/sbin/docker-init -- /start.sh"
    assert (report.first.age_s, report.first.cpu_s, report.first.owner) == (3600.5, 1.5, "root")
    assert report.has_sshd
    (stuck,) = report.stuck
    assert (stuck.args, stuck.waits_in) == ("python tok.py /workspace/raw x", "request_wait_answer")
    assert stuck.waits_for_files
    assert [it.pid for it in report.zombies] == [700]
    assert report.of(91).memory_bytes == PAGES["big"] * 4096
    assert report.of(91).name == "a) S 1 (b"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "python train.py --lr 1e-4 --max_tokens 512",
            "python train.py --lr 1e-4 --max_tokens 512",
        ),
        ("x --token hf_abcdefghijklmnop", f"x --token {MASK}"),
        ("x --api-key=canary", f"x --api-key={MASK}"),
        ("env WANDB_API_KEY=canary python", f"env WANDB_API_KEY={MASK} python"),
        ("curl -H canary-header https://x", f"curl -H {MASK} https://x"),
        ("curl -u me:canary https://x", f"curl -u {MASK} https://x"),
        ("git clone https://me:canary@host/x", f"git clone https://{MASK}@host/x"),
        ("wget https://x/y?sig=canary&z=1", f"wget https://x/y?sig={MASK}&z=1"),
        ("say hf_abcdefghijklmnopqrst here", f"say {MASK} here"),
        ("x 0123456789abcdef0123456789abcdef01234567", f"x {MASK}"),
        ("mysqldump --password canary", f"mysqldump --password {MASK}"),
        ("vllm serve /models/llama --port 8000", "vllm serve /models/llama --port 8000"),
    ],
)
def test_what_looks_like_a_secret_is_masked(words: str, shown: str) -> None:
    assert redacted(words.replace(" ", "\x1f")) == shown


def test_a_header_in_one_argument_is_masked() -> None:
    assert "canary" not in redacted("curl\x1fAuthorization: Bearer canary")


def test_a_process_says_what_it_seems_to_do() -> None:
    report = parse(
        said(
            "U 10\nP 1 S 0 1 1 1 1 bash\nP 2 S 1 1 1 1 1 python\nA 2 python\x1ftrain_lora.py\n"
            "P 3 S 1 1 1 1 1 VLLM::EngineCore\nP 4 S 1 1 1 1 1 rsync\nP 5 Z 1 1 1 1 1 python\n"
        )
    )
    works = {it.pid: it.work for it in report.processes}
    assert works == {1: "", 2: "training", 3: "serving", 4: "transfer", 5: ""}


def test_a_table_cut_at_its_limit_keeps_what_came() -> None:
    report = parse(said("U 10\nP 1 S 0 1 1 1 1 init\nP 2 S 0", timed_out=True))
    assert [it.pid for it in report.processes] == [1]
    assert report.total is None


def test_no_process_at_all_is_no_answer() -> None:
    with pytest.raises(BadSection, match="process table did not answer within 4 s"):
        parse(said("", timed_out=True))


def test_the_processes_of_a_real_pod_are_read(tmp_path: Path) -> None:
    """The rows of a public `ps -eo` paste, laid out as the kernel lays them out."""
    rows = shared_file("runpod/captures/ps-eo_pod_b300.txt").read_text().splitlines()[1:]
    put(tmp_path, proc__uptime="100000.00 1.0\n")
    for row in rows:
        pid, _, _, _, command = row.split(maxsplit=4)
        name = command.split()[0].rsplit("/", 1)[-1].rstrip(":")[:15]
        place(tmp_path, int(pid), name, *command.split(" "))
    report, _ = ask(the_shell(["dash"]), "processes", tmp_path)
    assert report.total == 9
    assert report.first.args == "/sbin/docker-init -- /start.sh"
    assert {it.pid: it.work for it in report.processes}[68524] == "serving"
    assert {it.pid for it in report.processes} >= {1, 69594, 104433, 68524, 1784, 108873, 668}


def test_the_noted_hang_on_a_network_volume_is_a_wait_for_files() -> None:
    notes = shared_file("runpod/captures/networkvolume_hung_process_notes.txt").read_text()
    pid = notes.split()[1]
    wait = notes.split("wchan: ")[1].split()[0]
    report = parse(said(f"U 254\nP {pid} D 1 1 1 1 1 python\nW {pid} {wait}\n"))
    assert report.stuck[0].pid == 442737
    assert report.stuck[0].waits_for_files

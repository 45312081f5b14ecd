"""`explain` as a script calls it: no key, no network."""

import json
from typing import Any

import pytest

from rgt_tui.cli import main
from rgt_tui.triage import all_detectors


def called(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(["explain", *argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answered(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    code, out, _ = called(capsys, *argv, "--json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, 1)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("word", ["RP11", "rp11", "RP011", "11", " rp11 "])
def test_a_code_is_found_however_it_is_written(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(capsys, word)["symptom"]["code"] == "RP11"


def test_without_a_code_every_symptom_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    codes = [detector.code for detector in all_detectors()]
    assert [found["code"] for found in answered(capsys)["symptoms"]] == codes
    _, out, _ = called(capsys)
    assert [line.split()[0] for line in out.splitlines()[:-1]] == codes


def test_a_mistyped_code_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, "RP1l")
    assert (code, out) == (2, "")
    assert "no symptom 'RP1l'" in err
    assert "Did you mean RP1" in err


def test_a_word_that_is_near_nothing_is_told_where_the_list_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = called(capsys, "\x1b[31mzzzz", "--json")
    error = json.loads(out)["error"]
    assert (code, error["code"]) == (2, "usage")
    assert error["hint"] == "rgt-tui explain lists all codes."
    assert "\x1b" not in out


def test_what_is_printed_comes_with_its_version_and_old_advice_with_its_correction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = called(capsys, "RP39")
    symptom = answered(capsys, "RP39")["symptom"]
    assert all(string["text"] and string["origin"] for string in symptom["printed"])
    assert "HF_XET_HIGH_PERFORMANCE=1" in symptom["outdated"][0]["holds"]
    assert "advice that no longer holds:" in out
    assert max(len(line) for line in out.splitlines() if " " in line.strip()) <= 200


def test_every_symptom_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for detector in all_detectors():
        code, out, _ = called(capsys, detector.code)
        assert code == 0
        begins = detector.strings[0][0] if detector.strings else detector.title
        assert begins.split("\n")[0] in out

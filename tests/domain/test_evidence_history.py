"""The course of figures over time, kept beside the newest reading."""

from dataclasses import dataclass

from rgt_tui.domain.evidence import Failed, Observed, Reading, Sample, thinned


@dataclass(frozen=True)
class Level:
    height: float

    def sample(self) -> tuple[tuple[str, float], ...]:
        return (("height", self.height),)


def course(count: int, every_s: float) -> Reading[Level]:
    reading: Reading[Level] = Reading()
    for number in range(count):
        reading = reading.after(Observed(Level(float(number)), number * every_s))
    return reading


def test_a_failure_keeps_the_history() -> None:
    reading = course(3, 10).after(Failed("no", 40.0))
    assert [it.get("height") for it in reading.history] == [0.0, 1.0, 2.0]
    assert reading.history[0].get("width") is None


def test_a_report_without_samples_has_no_history() -> None:
    reading: Reading[int] = Reading()
    assert reading.after(Observed(5, 1.0)).history == ()


def test_a_day_of_readings_is_kept_thinly_and_bounded() -> None:
    reading = course(9000, 10.0)
    ages = [reading.history[-1].at - it.at for it in reading.history]
    assert len(reading.history) < 240
    assert max(ages) > 80_000
    assert max(ages) <= 86_400
    assert sum(age <= 300 for age in ages) == 31


def test_what_is_left_out_leaves_its_peak() -> None:
    quiet = [Sample(at, (("util", 0.0),)) for at in range(0, 1000, 10)]
    quiet[3] = Sample(30.0, (("util", 97.0),))
    kept = thinned(tuple(quiet), 2000.0)
    assert kept[0] == Sample(0, (("util", 97.0),))
    assert all(it.get("util") == 0.0 for it in kept[1:])


def test_a_reading_that_is_no_newer_adds_nothing() -> None:
    reading = course(2, 10.0)
    assert reading.after(Observed(Level(9.0), 10.0)).history == reading.history

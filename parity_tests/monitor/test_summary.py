"""Sums over samples: energy, means and ranges, and what is unknown."""

from typing import List, Optional

import pytest

from parity_tests.fixtures.machines import recorded_lines as recorded
from poets.migrate.monitor import plain
from poets.migrate.monitor.sampler import Sampled, summarize
from poets.migrate.monitor.sources.sample import Power, Sample
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.monitor.summary import Spread, summarize_samples


def powered(*milliwatts, **options):
    """Samples of one rail, None for one that does not tell it."""
    rail = options.get("rail", "VDD_IN")
    return [Sample(power_mw={} if one is None else {rail: Power(one)}) for one in milliwatts]


def known_power(summary):
    """The power of a summary whose samples tell it."""
    assert summary.power is not None
    return summary.power


class TestSummary:
    def test_energy_is_the_area_under_the_power(self):
        summary = summarize_samples(powered(3000, 5000, 5000), [0.0, 1.0, 3.0])
        power = known_power(summary)
        assert power.energy_j == pytest.approx(4 + 10)
        assert power.mw == (pytest.approx(13000 / 3), 3000, 5000, 3)
        assert summary.seconds == 3 and summary.power_of == ("VDD_IN",)

    def test_idle_power_is_taken_off_and_stated(self):
        readings = [Sampled(seconds, sample) for seconds, sample in zip([10.0, 11.0, 13.0], powered(3000, 5000, 5000))]
        summary = summarize(readings, idle=2000)
        assert summary.energy_above_idle_j == pytest.approx(14 - 2 * 3) and summary.idle_mw == 2000
        assert "8.0 J above the idle power of 2000 mW" in plain.summary_lines(summary)

    @pytest.mark.parametrize(
        "samples, seconds",
        [
            (powered(None, None), [0.0, 1.0]),
            (powered(3000, None, 3000), [0.0, 1.0, 2.0]),
            (powered(3000), [0.0]),
            (powered(3000, 3000), None),
            (powered(3000, 3000), [5.0, 4.0]),
            ([], []),
        ],
    )
    def test_energy_that_cannot_be_known_is_unknown(self, samples, seconds):
        summary = summarize_samples(samples, seconds, 1000)
        assert summary.power is None or summary.power.energy_j is None
        assert summary.energy_above_idle_j is None

    def test_one_spoilt_line_of_many_is_bridged(self):
        milliwatts: List[Optional[float]] = [3000.0] * 150
        milliwatts[70] = None
        summary = summarize_samples(powered(*milliwatts), list(range(150)))
        assert known_power(summary).energy_j == pytest.approx(3 * 149)
        milliwatts[0] = None
        assert known_power(summarize_samples(powered(*milliwatts), list(range(150)))).energy_j is None

    def test_without_an_input_rail_the_rails_are_added_up(self):
        summary = summarize_samples([parse_line(recorded.XAVIER)] * 2, [0.0, 2.0])
        assert known_power(summary).mw.mean == 621 + 465 + 1397 + 2053 and len(summary.power_of) == 6
        assert summary.rails["SOC"].energy_j == pytest.approx(2.794)
        assert known_power(summary).energy_j == pytest.approx(2 * 4.536)

    def test_times_of_the_lines_are_taken_where_they_have_them(self):
        orin = parse_line(recorded.ORIN_39)
        assert orin.time is not None
        later = orin._replace(time=orin.time.replace(second=38))
        summary = summarize_samples([orin, later])
        assert summary.seconds == 10 and known_power(summary).energy_j == pytest.approx(139.07)
        assert summarize_samples([orin, orin]).seconds is None  # several in one second: their distance is not told

    def test_loads_of_samples_that_tell_them(self):
        samples = [parse_line(line) for line in (recorded.TX2_28, recorded.TX2_NO_ROOT, recorded.TX2_32)]
        summary = summarize_samples(samples)
        assert summary.gpu_load == Spread(26.5, 0, 53, 2) and summary.gpu_mhz == Spread(382, 140, 624, 2)
        assert summary.ram_mb == (pytest.approx(2194), 1652, 2586, 3)
        assert summary.temperature_c["Tboard"] == (pytest.approx(31.333, abs=1e-3), 27, 35, 3)
        assert summary.gpu_memory_mb is None

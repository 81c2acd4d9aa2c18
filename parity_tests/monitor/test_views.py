"""How samples are shown: a line each, the live view, sparklines."""

import io

from rich.console import Console

from parity_tests.fixtures.machines import recorded_lines as recorded
from poets.migrate.monitor import live, plain
from poets.migrate.monitor.sampler import Sampled
from poets.migrate.monitor.sources.sample import Sample
from poets.migrate.monitor.sources.tegrastats import parse_line


class TestViews:
    def test_a_line_a_sample(self):
        assert plain.sample_line(parse_line(recorded.TX2_28)) == (
            "GPU 53% 140 MHz  EMC 10% 665 MHz  CPU 0% 806 MHz  RAM 2586/7846 MB  41.0 C (PLL)  3.18 W"
        )
        assert plain.sample_line(Sample()) == "GPU ?% ? MHz  EMC ?% ? MHz  CPU ?% ? MHz  RAM ? MB  ? C  ? W"

    def test_the_live_view(self):
        samples = [parse_line(line) for line in (recorded.TX2_NO_ROOT, recorded.TX2_28)]
        readings = [Sampled(seconds, sample) for seconds, sample in zip((0.0, 30.0), samples)]
        stream = io.StringIO()
        Console(file=stream, width=80, color_system=None).print(live.table("tegrastats", readings))
        lines = [line.rstrip() for line in stream.getvalue().splitlines()]
        columns = [
            ("GPU", "53% 140 MHz", " " * 29 + "▅"),
            ("EMC", "10% 665 MHz", " " * 29 + "▁"),
            ("CPU", "0% 806 MHz", " " * 14 + "▁" + " " * 14 + "▁"),
            ("", "0 0 0 0 0 0", ""),
            ("RAM", "2586/7846 MB", " " * 14 + "▂" + " " * 14 + "▃"),
            ("warmest", "41.0 C (PLL)", " " * 14 + "▃" + " " * 14 + "▄"),
            ("power", "3.18 W", " " * 14 + "▇" + " " * 14 + "█"),
        ]
        columns += [("", f"{name} {rail.now:.0f} mW", "") for name, rail in samples[1].power_mw.items()]
        assert lines == ["tegrastats                  last minute"] + [
            ("%-12s%-16s%s" % row).rstrip() for row in columns
        ]

    def test_a_sparkline_is_blank_where_nothing_is_known(self):
        series = [(0.0, 50.0), (30.0, None), (58.0, 0.0), (60.0, 100.0)]
        assert live.sparkline(series, 100) == " " * 28 + "▁█"
        assert live.sparkline(series[:2], 100, live.ASCII_BLOCKS) == " " * 14 + "+" + " " * 15
        assert live.sparkline([], 100) == "" and live.sparkline([(0.0, 0.0)], None)[-1] == "▁"

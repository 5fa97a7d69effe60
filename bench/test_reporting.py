# SPDX-License-Identifier: BSD-3-Clause
"""What is made of figures: verdicts, regressions, tables, plots and pages, on figures that are made up."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import compare  # noqa: E402
import pages  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402


def result(name="turns", unit="µs", targets=(), steady=True, **best):
    contestants = {key: {"failed": figure} if isinstance(figure, str) else
                   {"best": figure, "median": figure * 1.1, "spread": 0.2, "rounds": 9, "count": 100}
                   for key, figure in best.items()}
    return {"name": name, "unit": unit, "contestants": contestants, "steady": steady,
            "targets": [{"most": most, "of": of} for most, of in targets]}


def run_of(*results, **more):
    machine = dict.fromkeys(("cpu", "processors", "system", "kernel", "date", "commit", "load", "build",
                             "compiler", "qt"), "some") | {"processors": 2, "load": 0.1}
    return {"machine": machine, "versions": {"python": "3.11.2"}, "dispatcher": "a dispatcher", "quick": False,
            "workloads": list(results), **more}


class Verdicts(unittest.TestCase):
    def word(self, target, **best):
        made = result(targets=[target], **best)
        return compare.verdict_text(made["targets"][0], made)

    def test_a_target_beside_a_peer_is_a_factor_of_its_best_round(self):
        self.assertEqual(self.word((0.5, "uvloop"), libqi=1.0, uvloop=2.0), "met")
        self.assertEqual(self.word((0.5, "uvloop"), libqi=1.2, uvloop=2.0), "MISSED by 20%")

    def test_what_a_repetition_may_differ_by_is_neither_met_nor_missed(self):
        self.assertEqual(self.word((1.0, "asyncio"), libqi=1.02, asyncio=1.0), "level")
        self.assertEqual(self.word((1.0, "asyncio"), libqi=1.05, asyncio=1.0), "MISSED by 5%")

    def test_a_target_without_a_peer_is_a_figure_and_has_no_margin(self):
        self.assertEqual(self.word((100, ""), libqi=100), "met")
        self.assertEqual(self.word((100, ""), libqi=102), "MISSED by 2%")

    def test_a_target_of_zero_is_missed_by_anything(self):
        self.assertEqual(self.word((0, ""), libqi=0), "met")
        self.assertEqual(self.word((0, ""), libqi=1), "MISSED")

    def test_a_peer_that_is_absent_or_has_failed_gives_no_verdict(self):
        self.assertEqual(self.word((1.0, "uvloop"), libqi=1.0), "no figure")
        self.assertEqual(self.word((1.0, "uvloop"), libqi=1.0, uvloop="cannot"), "no figure")

    def test_verdicts_are_counted(self):
        results = [result(targets=[(1.0, "uvloop"), (1.0, "asyncio")], libqi=1.0, uvloop=2.0, asyncio=0.5),
                   result(targets=[(1.0, "qtinter")], libqi=1.0)]
        self.assertEqual(compare.tally(results), {"met": 1, "level": 0, "MISSED": 1, "no figure": 1})


class Regressions(unittest.TestCase):
    def found(self, before, now):
        return compare.regressions(compare.baseline_of([before]), [now])

    def test_a_figure_that_grew_by_a_fifth_beside_its_peers_is_reported(self):
        before = result(libqi=1.0, uvloop=2.0, asyncio=4.0)
        now = result(libqi=1.2, uvloop=2.0, asyncio=4.0)
        ((name, own, factor),) = self.found(before, now)
        self.assertEqual((name, own), ("turns", "libqi"))
        self.assertAlmostEqual(factor, 1.2, places=3)

    def test_a_machine_that_is_twice_as_slow_is_no_regression(self):
        before = result(libqi=1.0, uvloop=2.0, asyncio=4.0)
        self.assertEqual(self.found(before, result(libqi=2.0, uvloop=4.0, asyncio=8.0)), [])

    def test_less_than_a_tenth_is_no_regression(self):
        self.assertEqual(self.found(result(libqi=1.0, uvloop=2.0), result(libqi=1.09, uvloop=2.0)), [])

    def test_one_peer_out_of_three_that_got_lucky_makes_no_regression(self):
        before = result(libqi=1.0, uvloop=2.0, asyncio=4.0, qtinter=8.0)
        self.assertEqual(self.found(before, result(libqi=1.0, uvloop=1.0, asyncio=4.0, qtinter=8.0)), [])

    def test_the_owner_is_compared_with_peers_and_not_with_the_guest(self):
        before = result(libqi=1.0, owner=1.0, uvloop=2.0)
        ((_, own, _),) = self.found(before, result(libqi=1.0, owner=1.5, uvloop=2.0))
        self.assertEqual(own, "owner")
        self.assertNotIn("owner", compare.ratios(before)["libqi"])

    def test_peers_that_only_one_of_the_runs_has_do_not_count(self):
        self.assertEqual(self.found(result(libqi=1.0, uvloop=2.0), result(libqi=9.0, asyncio=2.0)), [])

    def test_figures_that_are_not_steady_are_not_stored(self):
        self.assertEqual(compare.baseline_of([result(libqi=1.0, uvloop=2.0, steady=False)]), {})

    def test_a_contestant_without_a_figure_is_left_out(self):
        self.assertEqual(compare.baseline_of([result(libqi=1.0, uvloop="cannot")]), {})
        self.assertEqual(compare.baseline_of([result(libqi="broken", uvloop=1.0)]), {})

    def test_a_run_becomes_the_baseline_and_the_next_is_held_against_it(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            with mock.patch.object(run, "BASELINE", pathlib.Path(folder, "baseline.json")), \
                    mock.patch.object(run.os.path, "relpath", str):
                self.assertEqual(run.report_regressions(run_of(result(libqi=1.0, uvloop=1.0))), 0)
                run.update_baseline(run_of(result("gone", libqi=1.0, uvloop=1.0)), True)
                run.update_baseline(run_of(result(libqi=1.0, uvloop=1.0)), True)
                run.update_baseline(run_of(result("other", libqi=1.0, uvloop=1.0)), False)
                self.assertEqual(set(run.stored_baselines()["3.11"]), {"turns", "other"})
                self.assertEqual(run.report_regressions(run_of(result(libqi=1.0, uvloop=1.0))), 0)
                self.assertEqual(run.report_regressions(run_of(result(libqi=1.5, uvloop=1.0))), 1)
        self.assertIn("SLOWER than the baseline, beside its peers, by 50%: turns (libqi)", said.getvalue())


class ExitStatus(unittest.TestCase):
    def status(self, data, *options):
        """Of a run that yields the data, with a baseline in which libqi and uvloop were equal."""
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            with mock.patch.object(run, "BASELINE", pathlib.Path(folder, "baseline.json")), \
                    mock.patch.object(run.os.path, "relpath", str), \
                    mock.patch.object(run, "raise_descriptor_limit"), \
                    mock.patch.object(run, "measure", return_value=data), \
                    mock.patch.object(sys, "argv", ["run.py", folder, *options]):
                run.update_baseline(run_of(result(libqi=1.0, uvloop=1.0)), True)
                return run.main()

    def test_what_is_slower_fails_a_run_with_check_alone(self):
        slower = run_of(result(libqi=1.5, uvloop=1.0), complete=True, seconds=1)
        self.assertEqual(self.status(slower), 0)
        self.assertEqual(self.status(slower, "--check"), run.SLOWER)

    def test_what_is_as_fast_as_before_passes_the_check(self):
        same = run_of(result(libqi=1.05, uvloop=1.0), complete=True, seconds=1)
        self.assertEqual(self.status(same, "--check"), 0)

    def test_a_missed_target_is_no_failure(self):
        missed = run_of(result(targets=[(0.5, "uvloop")], libqi=1.0, uvloop=1.0), complete=True, seconds=1)
        self.assertEqual(self.status(missed, "--check"), 0)

    def test_a_workload_that_fails_does_fail_the_run(self):
        broken = run_of(result(libqi="broken", uvloop=1.0), complete=False, seconds=1)
        self.assertEqual(self.status(broken), run.FAILED)
        self.assertEqual(self.status(None), run.FAILED)


class Growth(unittest.TestCase):
    def test_a_cost_that_stays_is_flat(self):
        self.assertEqual(compare.growth_verdict([(10, 9.0), (100, 1.0), (1000, 1.1), (50_000, 1.2)])[0], "flat")

    def test_a_cost_that_follows_the_logarithm_is_logarithmic(self):
        self.assertEqual(compare.growth_verdict([(100, 2.0), (1000, 3.0), (50_000, 4.7)])[0], "logarithmic")

    def test_a_cost_that_follows_the_number_grows(self):
        word, factor = compare.growth_verdict([(100, 1.0), (1000, 1.0), (50_000, 20.0)])
        self.assertEqual((word, factor), ("GROWS", 20.0))

    def test_a_hump_in_the_middle_is_seen(self):
        self.assertEqual(compare.growth_verdict([(100, 1.0), (1000, 9.0), (50_000, 1.0)])[0], "GROWS")

    def test_one_point_says_nothing(self):
        self.assertEqual(compare.growth_verdict([(100, 1.0), (1000, None)])[0], "no figure")


CURVES = [{"name": "a step", "unit": "µs", "contestant": name,
           "points": [{"number": 10, "cost": 1.0}, {"number": 100, "cost": 1.5}, {"number": 1000, "cost": cost}]}
          for name, cost in (("libqi", 1.6), ("uvloop", None))]


class Tables(unittest.TestCase):
    def test_a_failed_peer_is_a_dash_and_its_reason_is_told_once(self):
        results = [result(name, libqi=1.0, QtAsyncio="no sockets") for name in ("echo", "more echo")]
        self.assertEqual([row[-2] for row in report.table(results)], ["QtAsyncio", "-", "-"])
        self.assertEqual(list(report.failures(results)), ["QtAsyncio cannot do echo and 1 more: no sockets"])

    def test_contestants_that_are_no_loops_share_a_column(self):
        heading, row = report.table([result(libqi=1.0, floor=2.0)])
        self.assertEqual(heading[3], "others")
        self.assertIn("floor 2", row[3])

    def test_the_text_names_machine_figures_ratios_and_the_tally(self):
        said = io.StringIO()
        report.write(run_of(result(targets=[(1.0, "uvloop")], libqi=1.0, uvloop=4.0), growth=CURVES), said)
        for part in ("Linux some", "1 (1.1 ±10%)", "0.25", "targets: 1 met", "flat"):
            self.assertIn(part, said.getvalue())

    def test_a_run_beside_others_work_says_that_it_is_not_to_be_quoted(self):
        quiet, loaded = run_of(), run_of()
        loaded["machine"]["load"] = 1.5
        self.assertNotIn("busy", " ".join(report.facts(quiet)))
        self.assertIn("a busy machine: not to be quoted", " ".join(report.facts(loaded)))

    def test_a_cell_cannot_break_a_table(self):
        lines = list(report.markdown_table([["a"], ["b|c"]]))
        self.assertEqual(lines[2], "| b\\|c |")


class Drawings(unittest.TestCase):
    def circles(self, svg):
        root = xml.etree.ElementTree.fromstring(svg)
        return root.findall(".//{http://www.w3.org/2000/svg}circle")

    def test_each_figure_beside_libqi_is_a_dot(self):
        svg = plot.beside([result("a & b", libqi=1.0, uvloop=2.0), result(libqi=1.0, qasync=90.0)], "title")
        titles = [circle[0].text for circle in self.circles(svg)]
        self.assertIn("uvloop: 2.00 × libqi", titles)
        self.assertIn("qasync: 90.00 × libqi", titles)

    def test_slower_is_further_to_the_right(self):
        svg = plot.beside([result(libqi=1.0, asyncio=2.0, uvloop=0.5)], "title")
        places = {circle[0].text.split(":")[0]: float(circle.get("cx"))
                  for circle in self.circles(svg) if ":" in circle[0].text}
        self.assertLess(places["uvloop"], places["libqi"])
        self.assertLess(places["libqi"], places["asyncio"])

    def test_there_is_no_drawing_of_nothing(self):
        self.assertIsNone(plot.beside([result(libqi=1.0), result(libqi=0, uvloop=1.0)], "title"))
        self.assertIsNone(plot.by_number([], "title"))

    def test_curves_have_a_dot_for_each_point_that_was_measured(self):
        titles = [circle[0].text for circle in self.circles(plot.by_number(CURVES, "title"))]
        self.assertIn("libqi, 1,000: 1.6 µs", titles)
        self.assertFalse([title for title in titles if title.startswith("uvloop, 1,000")])


class Pages(unittest.TestCase):
    MARKED = "<!-- bench:results -->\nold\n<!-- bench:results ends -->\n"

    def test_only_what_is_between_the_markers_is_replaced(self):
        text = pages.replaced(f"before\n{self.MARKED}after\n", "results", "new")
        self.assertEqual(text, "before\n<!-- bench:results -->\n\nnew\n\n<!-- bench:results ends -->\nafter\n")

    def test_a_page_without_markers_is_refused(self):
        with self.assertRaises(SystemExit):
            pages.replaced("text", "results", "new")

    def test_a_version_of_python_with_markers_of_its_own_goes_there(self):
        text = "<!-- bench:results --><!-- bench:results 3.13 -->"
        self.assertEqual(pages.section({"versions": {"python": "3.13.5"}}, text), "results 3.13")
        self.assertEqual(pages.section({"versions": {"python": "3.11.2"}}, text), "results")

    def test_the_page_of_the_project_has_its_markers_and_can_be_written_again_and_again(self):
        text = pages.PAGE.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            page = pathlib.Path(folder, "performance.md")
            page.write_text(text, encoding="utf-8")
            with mock.patch.object(pages, "PAGE", page), mock.patch.object(pages, "IMAGES", page.parent):
                for _ in range(2):
                    pages.write(run_of(result("signal", libqi=1.0, uvloop=2.0)), run_of(growth=CURVES))
                    written = page.read_text(encoding="utf-8")
                    self.assertEqual(written.count("| signal | µs | 1 (1.1 ±10%)"), 1)
                    self.assertEqual(written.count("flat (1.1 ×)"), 1)
            names = {path.name for path in page.parent.glob("*.svg")}
            self.assertEqual(names, {"performance.svg", "growth.svg"})
            for name in [*pages.GROUPS, "growth.svg"]:
                self.assertIn(f"images/{name}", text)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: BSD-3-Clause
"""Counts the results that ctest wrote, names the failures, and fails unless all ran and passed."""

import sys
import xml.etree.ElementTree as etree


def said_skip(case):
    reason = case.find("skipped")
    return reason is not None and "SKIP_" in reason.get("message", "")


def main(path):
    try:
        cases = etree.parse(path).getroot().findall("testcase")
    except (OSError, etree.ParseError) as problem:
        print(f"no results: {problem}")
        print("0 passed, 1 failed")
        return 1
    passed = [case.get("name") for case in cases if case.get("status") == "run"]
    # A test may say that it cannot run on this machine; one that could not be started is a failure.
    skipped = [case.get("name") for case in cases if said_skip(case)]
    failed = [case.get("name") for case in cases if case.get("name") not in {*passed, *skipped}]
    for name in skipped:
        print(f"skipped:  {name}")
    for name in failed:
        print(f"failed:  {name}")
    if not cases:
        print("no tests ran")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

#!/usr/bin/python3
"""Prints "PASSED FAILED SKIPPED" out of a JUnit report, the file that is its argument."""
import sys
import xml.etree.ElementTree as tree

totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
for suite in tree.parse(sys.argv[1]).getroot().iter("testsuite"):
    for name in totals:
        totals[name] += int(suite.get(name, 0))
failed = totals["failures"] + totals["errors"]
print(totals["tests"] - failed - totals["skipped"], failed, totals["skipped"])

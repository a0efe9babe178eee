"""Whether what the documentation names is there: every test (`file::test`) and every file that a link leads to.

Prints what is not, one a line, and ends with 1 where there is any."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TEST = re.compile(r"`(test_\w+\.(?:c|py))::(\w+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True,
                            check=True)
    return [ROOT / name for name in listed.stdout.split()]


def missing_tests(text, sources):
    for file, name in TEST.findall(text):
        found = [path for path in sources if path.name == file]
        if not any(re.search(rf"\b{name}\(", path.read_text(encoding="utf-8")) for path in found):
            yield f"there is no test {file}::{name}"


def missing_links(document, text):
    for target in LINK.findall(text):
        if "://" not in target and not (document.parent / target).exists():
            yield f"{target} is not there"


def main():
    sources = tracked("tests/**/test_*.c", "tests/**/test_*.py")
    faults = 0
    for document in tracked("*.md"):
        text = document.read_text(encoding="utf-8")
        for fault in [*missing_tests(text, sources), *missing_links(document, text)]:
            print(f"{document.relative_to(ROOT)}: {fault}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Change every leaf of the rendered files, one at a time, and count what lint and replay catch.

python -m tests.mutation --platform n8n --sample 30 --seed 1
python -m tests.mutation --platform make --report mutants.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from .campaign import Result, campaign, sampled
from .memory import surveyed
from .platforms import opened


def main() -> int:
    """Hunt, print each survivor, and give 1 when fewer than 95 % of what counts is caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--platform", choices=("n8n", "n8n-logic", "make"), required=True)
    parser.add_argument("--file", help="only changes of this rendered file")
    parser.add_argument("--where", default="", help="only changes whose place holds this text")
    parser.add_argument("--but", default="", metavar="TEXT", help="leave out changes whose place holds this text")
    parser.add_argument("--fine", action="store_true", help="also changes inside expressions and plain text")
    parser.add_argument("--leaves", action="store_true", help="only leaves as they stand, none of what they hold")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn with --seed (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shots", type=int, metavar="N", help="cases per change at most (default: all)")
    parser.add_argument("--part", type=int, default=1, metavar="K", help="every K-th change, from --first on")
    parser.add_argument("--first", type=int, default=0, metavar="I")
    parser.add_argument("--report", type=Path, metavar="FILE", help="one JSON line per change")
    parser.add_argument("--again", type=Path, metavar="FILE", help="only changes that survived in this report")
    parser.add_argument("--survey", type=Path, metavar="FILE", help="keep there which case comes to what")
    args = parser.parse_args()
    with opened(args.platform) as field:
        chosen = [m for m in field.mutants if args.file in (None, m.file) and args.where in m.where]
        chosen = [m for m in chosen if (args.fine or not m.fine) and not (args.but and args.but in m.where)]
        if args.leaves:
            chosen = [m for m in chosen if m.whole]
        if args.again:
            chosen = [m for m in chosen if str(m) in survivors(args.again)]
        if args.sample:
            chosen = sampled(chosen, args.sample, args.seed)
        chosen = chosen[args.first :: args.part]
        hunters = {field.hunter(m).name: field.hunter(m) for m in chosen}
        surveyed(hunters, args.survey)
        for hunter in hunters.values():
            for place in hunter.unseen(chosen):
                print(f"no case comes to {place}")
        found: list[Result] = []
        for result in campaign(field, chosen, args.shots):
            found.append(result)
            _progress(result, len(found), len(chosen))
            if args.report:
                with args.report.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(result.as_row(), ensure_ascii=False) + "\n")
        for hunter in {id(h): h for h in field.hunters.values()}.values():
            for shot, words in hunter.unsound.items():
                if words:
                    print(f"not used, since it fails on unchanged files: {hunter.name} {shot}: {words}")
    return _close(found)


def survivors(report: Path) -> set[str]:
    """Name the changes that survived in a report."""
    rows = map(json.loads, report.read_text(encoding="utf-8").splitlines())
    return {f"{r['file']} · {r['where']} · {r['change']} of {r['shows']}" for r in rows if r["status"] == "survived"}


def _progress(result: Result, n: int, whole: int) -> None:
    if result.status not in {"unused", "harmless"}:
        print(
            f"{n}/{whole} {result.status} ({result.seconds:.1f} s) {result.mutant}: {result.words[:120]}",
            file=sys.stderr,
        )


def _close(found: list[Result]) -> int:
    counts = Counter(result.status for result in found)
    for result in found:
        if result.status == "survived":
            print(f"survived: {result.mutant}")
    outside = counts["lint"] + counts["replay"]
    whole = outside + counts["unit"] + counts["survived"]
    print(", ".join(f"{n:,} {status}" for status, n in counts.most_common()))
    shares = [100 * n / whole if whole else 100.0 for n in (outside, outside + counts["unit"])]
    print(f"caught by lint or replay: {shares[0]:.1f} % of {whole:,} changes that the graph uses and that can do harm")
    print(f"with the unit tests of the code: {shares[1]:.1f} %")
    return int(shares[1] < 95)


if __name__ == "__main__":
    sys.exit(main())

"""Arguments in, exit code out: 0 fine, 1 findings, 2 wrong usage or unreadable input, 3 the outside world failed."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from generator.errors import OutsideWorld, TokentillError, WrongUsage, installing

INTERRUPTED = 130
_WRONG_PATH = (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError)


def program() -> int:
    """Be the whole process: who ends it gets what Ctrl-C gets, so that nothing is left running."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    args = parser().parse_args(arguments)
    try:
        return _run(args)
    except TokentillError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        if (error.name or "generator").partition(".")[0] == "generator":
            raise
        print(f"error: this needs {error.name}: {installing('replay')}", file=sys.stderr)
        return WrongUsage.exit_code
    except _WRONG_PATH as error:
        print(f"error: {_plain(error)}", file=sys.stderr)
        return WrongUsage.exit_code
    except OSError as error:
        print(f"error: {_plain(error)}", file=sys.stderr)
        return OutsideWorld.exit_code


def _plain(error: OSError) -> str:
    """Say what failed where, without the system's number."""
    return f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)


def _run(args: argparse.Namespace) -> int:
    """Import the command only now, so that each starts with no more than it needs."""
    module, function = args.run
    code: int = getattr(import_module(f"generator.commands.{module}"), function)(args)
    sys.stdout.flush()
    return code


def parser() -> argparse.ArgumentParser:
    """Describe every command; docs print this help."""
    top = argparse.ArgumentParser(
        prog="python -m generator", description="Meter LLM tokens into Stripe, on n8n and Make."
    )
    top.add_argument("--version", action="version", version=f"tokentill {version('tokentill')}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    build = _add(commands, "build", "render every workflow from a mapping")
    _mapping(build)
    build.add_argument("--out", type=Path, metavar="DIR", help="where n8n/ and make/ go (default: here)")
    build.add_argument("--check", action="store_true", help="write nothing; fail where a rendered file is out of date")
    check = _add(commands, "check", "show everything that is wrong with mappings")
    check.add_argument("mappings", nargs="*", type=Path, metavar="MAPPING", help="default: mappings/example.yaml")
    check.add_argument("--strict", action="store_true", help="let warnings fail as well")
    _replay(_add(commands, "replay", "run the rendered workflows against a simulated world"))
    engine = commands.add_parser("engine", help="manage the n8n engine that replay runs").add_subparsers(required=True)
    install = _add(engine, "install", "install the pinned n8n engine into your cache", module="engine")
    install.add_argument("--line", choices=("1", "2"), default="2", help="n8n 1.123 or 2.41 (default: 2)")
    lint = _add(commands, "lint", "check any n8n workflow or Make blueprint")
    lint.add_argument("files", nargs="+", type=Path, metavar="FILE")
    lint.add_argument("--strict", action="store_true", help="let warnings fail as well")
    mock = _add(commands, "mock", "serve the Stripe mock")
    mock.add_argument("--port", type=_port, default=8420, metavar="N", help="0 takes a free one (default: 8420)")
    rates = _add(commands, "rates", "show what clients pay per token")
    _mapping(rates)
    rates.add_argument("--client", metavar="KEY", help="one client's own prices, from each date on")
    rates.add_argument("--update", action="store_true", help="compare the price catalogue with a newer one")
    rates.add_argument("--apply", action="store_true", help="with --update: write the newer catalogue")
    _margin(_add(commands, "margin", "show what usage cost, what was charged, and what metering would have charged"))
    _init(_add(commands, "init", "write a first mapping with the clients and models of usage files"))
    sheet = _add(commands, "sheet", "write calculator and mapping sheet as one page that works without network")
    _mapping(sheet)
    sheet.add_argument("--html", type=Path, required=True, metavar="FILE", help="where the page goes")
    _statement(_add(commands, "statement", "show what a client was charged in a period, down to days and models"))
    _announce(_add(commands, "announce", "tell a client what metering would have cost, from its own last days"))
    explain = _add(
        commands, "explain", "say what a model's name means and what it costs", module="rates", run="explain"
    )
    explain.add_argument("model", type=_named, metavar="MODEL", help="a name as it stands in the logs")
    _mapping(explain, "--mapping")
    _preview(_add(commands, "preview", "show a client's next invoice: Stripe's against our arithmetic"))
    _reconcile(_add(commands, "reconcile", "compare what Stripe counted with the logs"))
    _provision(_add(commands, "provision", "set Stripe up: plan first, --apply writes"))
    return top


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    module: str = "",
    run: str = "run",
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    command.add_argument(
        "--format",
        choices=("text", "json", "junit") if name == "replay" else ("text", "json"),
        default="text",
        help="how to show results",
    )
    command.set_defaults(run=(module or name, run))
    return command


class _Given(argparse.Action):
    """Keep what an option of the same name said where the argument is left away."""

    def __call__(self, _: object, into: argparse.Namespace, value: object, __: str | None = None) -> None:
        """Take the argument."""
        if value is not None:
            setattr(into, self.dest, value)


def _mapping(command: argparse.ArgumentParser, name: str = "mapping") -> None:
    words = "the mapping (default: mappings/example.yaml)"
    if name.startswith("--"):
        command.add_argument(name, type=Path, metavar="FILE", help=words)
        again = f"the same as {name}"
        command.add_argument("mapping", nargs="?", type=Path, action=_Given, metavar="MAPPING", help=again)
    else:
        command.add_argument(name, nargs="?", type=Path, metavar="MAPPING", help=words)


def _provision(command: argparse.ArgumentParser) -> None:
    _mapping(command)
    command.add_argument("--apply", action="store_true", help="write; without it only the plan is shown")
    command.add_argument(
        "--client", action="append", default=[], metavar="KEY", help="also this client's subscription (repeatable)"
    )
    command.add_argument(
        "--webhooks", type=_address, metavar="URL", help="also the endpoint of stripe-events, for snapshot events"
    )
    command.add_argument(
        "--thin-webhooks", type=_address, metavar="URL", help="also the endpoint of meter-errors, for thin events"
    )
    command.add_argument("--portal", action="store_true", help="also a configuration of the customer portal")
    command.add_argument("--alerts", action="store_true", help="also the clients' usage alerts (weighted)")
    _api_base(command)


def _preview(command: argparse.ArgumentParser) -> None:
    command.add_argument("client", metavar="CLIENT", help="its key in the mapping")
    _mapping(command)
    _usage(command, words="the logs (default: what Stripe counted)")
    _api_base(command)


def _reconcile(command: argparse.ArgumentParser) -> None:
    _mapping(command)
    command.add_argument("--from", dest="first", metavar="DAY", help="the first local day (default: seven in all)")
    command.add_argument("--to", dest="last", metavar="DAY", help="the last local day (default: yesterday)")
    _usage(command, words="the logs; without it only Stripe's side")
    command.add_argument(
        "--gateway", action="store_true", help="the clients whose usage a gateway posts, by its report"
    )
    _cached(command)
    _api_base(command)


def _api_base(command: argparse.ArgumentParser) -> None:
    command.add_argument("--api-base", metavar="URL", help="another Stripe on this machine, such as the mock")


def _replay(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to run in place of ours")
    words = (
        "default: make, and n8n if it is installed; n8n-logic: metering's nodes without n8n, fast; "
        "n8n-1: metering on n8n 1.123 (repeatable)"
    )
    command.add_argument(
        "--engine", action="append", default=[], choices=("n8n", "n8n-1", "n8n-logic", "make", "all"), help=words
    )
    command.add_argument("--case", action="append", default=[], metavar="NAME", help="only this case (repeatable)")
    command.add_argument(
        "--mode", action="append", default=[], metavar="MODE", help="only this billing mode (repeatable)"
    )
    seeds = command.add_mutually_exclusive_group()
    words = "play a simulated world; with --case: the chance in that case"
    seeds.add_argument("--seed", type=_seeds, dest="seeds", metavar="N", help=words)
    seeds.add_argument("--seeds", type=_seeds, dest="seeds", metavar="A-B", help="the same for every seed from A to B")
    command.add_argument(
        "--mapping", type=Path, metavar="FILE", help="the mapping behind the files (default: ours, by mode)"
    )
    command.add_argument("--quick", action="store_true", help="only the default value of every switch")
    command.add_argument("--junit", type=Path, metavar="FILE", help="also write a JUnit report")


def _margin(command: argparse.ArgumentParser) -> None:
    command.add_argument("mapping", nargs="?", type=Path, metavar="MAPPING", help="clients, retainers and rates")
    _usage(command, needed=True)
    command.add_argument(
        "--retainer", action="append", default=[], metavar="[CLIENT=]N", help="a flat monthly fee (repeatable)"
    )
    _one_client(command)
    _names(command)
    command.add_argument("--markup", metavar="N", help="what metering charges: cost × N (default: the mapping's, or 2)")
    _cached(command)
    command.add_argument("--from", dest="first", metavar="DAY", help="the first day")
    command.add_argument("--to", dest="last", metavar="DAY", help="the last day")
    command.add_argument("--days", type=_days, metavar="N", help="only the last N days of the usage, or up to --to")
    command.add_argument("--zone", metavar="ZONE", help="whose days (default: the mapping's zone, or UTC)")
    command.add_argument("--csv", type=Path, metavar="FILE", help="also write all rows as CSV")
    command.add_argument("--html", type=Path, metavar="FILE", help="also write one page with charts that loads nothing")


def _init(command: argparse.ArgumentParser) -> None:
    _usage(command, "--from", words="usage, as `margin` reads it", needed=True)
    command.add_argument("--out", type=Path, default=Path("mapping.yaml"), metavar="FILE", help="default: mapping.yaml")
    command.add_argument("--name", default="My business", metavar="TEXT", help="your business, as reports name it")
    _one_client(command)
    _names(command)
    command.add_argument("--zone", metavar="ZONE", help="whose days are metered (default: UTC)")


def _statement(command: argparse.ArgumentParser) -> None:
    command.add_argument("client", metavar="CLIENT", help="its key in the mapping")
    command.add_argument("--period", required=True, metavar="YYYY-MM", help="the month in which the period begins")
    command.add_argument("--invoice", type=Path, metavar="FILE", help="a saved Stripe invoice to compare with")
    command.add_argument("--csv", type=Path, metavar="FILE", help="also write every line and day as CSV")
    command.add_argument("--html", type=Path, metavar="FILE", help="also write the page for the client")
    command.add_argument("--archive", type=Path, metavar="DIR", help="a folder that keeps the totals of each day")
    _own_usage(command)


def _announce(command: argparse.ArgumentParser) -> None:
    command.add_argument("client", metavar="CLIENT", help="its key in the mapping")
    command.add_argument("--html", type=Path, metavar="FILE", help="also write the page for the client")
    command.add_argument("--begins", metavar="DAY", help="when metering begins (default: the client's next period)")
    command.add_argument("--days", type=_days, default=30, metavar="N", help="how many days to look at (default: 30)")
    command.add_argument("--to", dest="last", metavar="DAY", help="the last of them (default: the newest in the usage)")
    _own_usage(command, needed=True)


def _own_usage(command: argparse.ArgumentParser, *, needed: bool = False) -> None:
    """Options of the commands that look at one client's usage through a mapping."""
    _mapping(command, "--mapping")
    _usage(command, needed=needed)
    _names(command)


def _usage(
    command: argparse.ArgumentParser,
    name: str = "--usage",
    words: str = "CSV, JSON or JSON lines",
    *,
    needed: bool = False,
) -> None:
    """Take usage files: several after one option, or the option several times."""
    command.add_argument(
        name, dest="usage", action="extend", nargs="+", type=Path, default=[], required=needed, metavar="FILE",
        help=words,
    )  # fmt: skip


def _cached(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cached", choices=("inside", "outside"), default="", help="are cached tokens part of input?")


def _one_client(command: argparse.ArgumentParser) -> None:
    """Options for usage that names no client or no model."""
    command.add_argument("--client", metavar="NAME", help="only this client; the name of all rows where none is named")
    command.add_argument("--model", default="", metavar="MODEL", help="the model of rows that name none")


def _names(command: argparse.ArgumentParser) -> None:
    """Options that say what names in usage files mean."""
    command.add_argument("--client-field", default="", metavar="NAME", help="the column or key that names the client")
    command.add_argument(
        "--model-alias", action="append", default=[], metavar="NAME=MODEL", help="what an unknown model is (repeatable)"
    )


def _named(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: write a model's name, like gpt-4o-mini")
    return text


def _address(text: str) -> str:
    if not text.startswith("https://") or not text[8:].strip("/") or any(sign.isspace() for sign in text):
        raise argparse.ArgumentTypeError(f"{text} is not an https address: write https://…, as n8n or Make shows it")
    return text


def _days(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days: write 30")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: write a number from 0 to 65535")
    return int(text)


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(last or first) < int(first):
        raise argparse.ArgumentTypeError(f"{text} is not a seed: write 7, or 1-20 for many")
    return range(int(first), int(last or first) + 1)

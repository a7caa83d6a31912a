"""Syntax of the JavaScript in n8n nodes, judged by Node.js itself: all pieces of all files in one process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.checking.document import Json, as_dict, as_list, parse, quoted
from generator.checking.n8n_expressions import Snippet, snippets
from generator.checking.workflow import Workflow
from generator.errors import installing
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule
from generator.nodejs import node

CODE = Rule(
    "n8n.code-syntax",
    Level.ERROR,
    "the JavaScript of a Code node does not parse; the run fails there",
    "mend the line that is named",
)
EXPRESSION = Rule(
    "n8n.expression-syntax",
    Level.ERROR,
    "the JavaScript inside `{{ }}` does not parse; the run fails there",
    "mend the expression; inside it, quotes must close and `}}` must not occur",
)
NODE_MISSING = Rule(
    "n8n.node-missing",
    Level.WARNING,
    "there is no Node.js on this machine, so the syntax of JavaScript stays unchecked",
    f"install it, or the one of the extra `replay`: {installing('replay')}",
)

_SECONDS = 60
_PROGRAM = """
const { Script } = require('node:vm');
const AsyncFunction = (async function () {}).constructor;
const bodies = {
  code: (code) => [code],
  expression: (code) => [`return (\n${code}\n)`, code],
};
const judge = ({ kind, code }) => {
  let first = null;
  for (const body of bodies[kind](code)) {
    try {
      new Script(`(async function () {\n${body}\n})`, { filename: 'snippet', lineOffset: -1 });
      new AsyncFunction(body);
      return null;
    } catch (error) {
      const line = /^snippet:(\\d+)/.exec(String(error.stack));
      first ??= { message: String(error.message), line: line ? Number(line[1]) : 0 };
    }
  }
  return first;
};
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => { text += chunk; });
process.stdin.on('end', () => process.stdout.write(JSON.stringify(JSON.parse(text).map(judge))));
"""
"""The script tells the line (`lineOffset` takes off ours); the function refuses a brace that closes the wrapping.."""


def check(subjects: Sequence[Workflow], program: Path | None = None) -> Iterator[Finding]:
    """Judge every piece of JavaScript in `subjects`; nothing is run, only compiled."""
    found = [(subject, snippet) for subject in subjects for snippet in snippets(subject)]
    if not found:
        return
    command = program or node()
    if command is None:
        yield NODE_MISSING.at(Place(""), f"no Node.js: {len(found)} pieces of JavaScript are not checked")
        return
    verdicts = _compile(command, [snippet for _, snippet in found])
    if len(verdicts) != len(found):
        yield NODE_MISSING.at(Place(""), f"{command.name} gave no verdict on {len(found)} pieces of JavaScript")
        return
    for (subject, snippet), verdict in zip(found, verdicts, strict=True):
        if verdict is not None:
            yield _finding(subject, snippet, *verdict)


def _compile(command: Path, pieces: list[Snippet]) -> list[tuple[str, int] | None]:
    """Give the complaint and its line for each piece, None for a good one; an empty list when Node.js failed."""
    asked = json.dumps([{"kind": piece.kind, "code": piece.code} for piece in pieces])
    try:
        arguments = [str(command), "--no-warnings", "-e", _PROGRAM]
        done = subprocess.run(arguments, input=asked.encode(), capture_output=True, timeout=_SECONDS, check=False)
        answers = as_list(parse(done.stdout.decode()))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return [_verdict(as_dict(answer)) if answer is not None else None for answer in answers]


def _verdict(answer: dict[str, Json]) -> tuple[str, int]:
    line = answer.get("line")
    return str(answer.get("message")), line if isinstance(line, int) else 0


def _finding(subject: Workflow, snippet: Snippet, said: str, line: int) -> Finding:
    at = subject.place(snippet.node, *snippet.pointer)
    level = Level.WARNING if snippet.node.disabled else None
    name = quoted(snippet.node.name)
    if snippet.kind == "code":
        lines = snippet.code.split("\n")
        shown = f": {quoted(lines[line - 1])}" if 0 < line <= len(lines) else ""
        return CODE.at(at, f"{name}: line {line} of the code: {said}{shown}", level=level)
    return EXPRESSION.at(at, f"{name}: {{{{{quoted(snippet.code)[1:-1]}}}}}: {said}", level=level)

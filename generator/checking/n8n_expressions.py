"""Expressions of n8n nodes: braces that close, and `$('…')` that names a node which exists and runs before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.checking.document import Pointer, as_text, quoted, strings
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

BRACES = Rule(
    "n8n.expression-braces",
    Level.ERROR,
    "an expression opens `{{` and never closes it; n8n refuses it when the node runs",
    "close it with `}}`. Inside the braces, write `} }` with a blank where two braces of an object meet",
)
EMPTY = Rule(
    "n8n.expression-empty",
    Level.WARNING,
    "an expression holds `{{ }}` with nothing inside",
    "write what is meant, or remove the braces",
)
MISSING = Rule(
    "n8n.reference-missing",
    Level.ERROR,
    "an expression or Code node asks for a node that does not exist; the run fails there",
    "use the name of a node in this workflow",
)
NOT_BEFORE = Rule(
    "n8n.reference-not-before",
    Level.WARNING,
    "an expression or Code node asks for a node that no connection leads from, so it may not have run",
    "connect the two, or ask a node that always runs before",
)

_CODE_KEYS = {"code": ("jsCode",), "function": ("functionCode",), "functionItem": ("functionCode",)}
_COMMENTS = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?P<gone>//[^\n]*|/\*.*?\*/)""", re.DOTALL
)
_REFERENCE = re.compile(
    r"""(?<![\w$])(?:\$\(\s*|\$node\s*\[\s*|\$items\s*\(\s*)(?P<quote>["'`])(?P<name>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*[\])]
        |(?<![\w$])\$node\.(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_OWN = re.compile(r"\b(?:const|let|var)\s+\$\s*=|[(,]\s*\$\s*[,)]|(?<![\w$])\$\s*=>")
"""The code has a `$` of its own, as those who read HTML with cheerio do."""
_TRIED = re.compile(r"\btry\s*\{|\.isExecuted\b")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One piece of JavaScript in a node: where it stands, and whether it is an `expression` or a whole `code` body."""

    node: Node
    pointer: Pointer
    kind: str
    code: str


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge every expression and Code node without running JavaScript."""
    names = {node.name for node in subject.nodes}
    for node in subject.nodes:
        if not node.is_note:
            yield from _braces(subject, node)
    for snippet in snippets(subject):
        yield from _references(subject, snippet, names)


def snippets(subject: Workflow) -> Iterator[Snippet]:
    """Yield every piece of JavaScript in the workflow."""
    for node in subject.nodes:
        if node.is_note:
            continue
        bodies = _bodies(node)
        for pointer, text in strings(node.parameters, ("parameters",)):
            if len(pointer) == 2 and pointer[1] in bodies and not text.startswith("="):
                yield Snippet(node, pointer, "code", text)
            elif text.startswith("="):
                pieces, _ = split(text[1:])
                yield from (Snippet(node, pointer, "expression", piece) for piece in pieces if piece.strip())


def split(text: str) -> tuple[list[str], bool]:
    """Cut an expression (without its `=`) into the code between braces, and tell whether the last brace closes."""
    pieces: list[str] = []
    start = _find(text, "{{", 0)
    while start >= 0:
        end = _find(text, "}}", start + 2)
        if end < 0:
            return [*pieces, text[start + 2 :]], False
        pieces.append(text[start + 2 : end].replace("\\}}", "}}"))
        start = _find(text, "{{", end + 2)
    return pieces, True


def _find(text: str, sign: str, start: int) -> int:
    """Find `sign` where an even number of backslashes stands before it, as n8n's own splitter does."""
    at = text.find(sign, start)
    while at >= 0:
        slashes = len(text[start:at]) - len(text[start:at].rstrip("\\"))
        if slashes % 2 == 0:
            return at
        at = text.find(sign, at + 2)
    return -1


def _bodies(node: Node) -> tuple[str, ...]:
    """Name the parameters that hold a whole body of JavaScript."""
    for kind, keys in _CODE_KEYS.items():
        if node.is_base(kind):
            language = as_text(node.parameters.get("language")) or "javaScript"
            return keys if language == "javaScript" else ()
    return ()


def _braces(subject: Workflow, node: Node) -> Iterator[Finding]:
    level = Level.WARNING if node.disabled else None
    for pointer, text in strings(node.parameters, ("parameters",)):
        if not text.startswith("="):
            continue
        pieces, closed = split(text[1:])
        if not closed:
            at = subject.place(node, *pointer)
            yield BRACES.at(at, f"{quoted(node.name)}: {quoted(text)} opens {{{{ and does not close it", level=level)
        elif any(not piece.strip() for piece in pieces):
            yield EMPTY.at(
                subject.place(node, *pointer), f"{quoted(node.name)}: {quoted(text)} has nothing between its braces"
            )


def _references(subject: Workflow, snippet: Snippet, names: set[str]) -> Iterator[Finding]:
    node = snippet.node
    code = _COMMENTS.sub(lambda found: found["text"] or " ", snippet.code)
    careful = bool(_TRIED.search(code))
    for name in dict.fromkeys(_names(code)):
        if name not in names:
            softened = careful or node.disabled or node.name not in subject.reached()
            message = f"{quoted(node.name)} asks for {quoted(name)}: no such node"
            yield MISSING.at(subject.place(node, *snippet.pointer), message, level=Level.WARNING if softened else None)
        elif name not in subject.before(node.name) and name != node.name and not careful and not node.disabled:
            message = f"{quoted(node.name)} asks for {quoted(name)}, which no connection puts before it"
            yield NOT_BEFORE.at(subject.place(node, *snippet.pointer), message)


def _names(code: str) -> Iterator[str]:
    """Give the names of nodes that code asks for; not those in a text of it, nor what its own `$` is called with."""
    texts = [found.span("text") for found in _COMMENTS.finditer(code) if found["text"]]
    own = bool(_OWN.search(code))
    for found in _REFERENCE.finditer(code):
        name = found["word"] or re.sub(r"\\(.)", r"\1", found["name"] or "")
        text = next((span for span in texts if span[0] < found.start() < span[1]), None)
        if (
            "${" in name
            or (own and found.group().startswith("$("))
            or (text and not _filled(code, text[0], found.start()))
        ):
            continue
        yield name


def _filled(code: str, start: int, place: int) -> bool:
    """Tell whether a place in a text that begins at `start` is inside `${ … }` of a template literal."""
    before = code[start:place]
    return code[start] == "`" and before.rfind("${") > before.rfind("}")

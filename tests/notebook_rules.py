"""What every notebook of ours keeps to, as DESIGN.md says; each rule yields sentences."""

import ast
import re
from collections import Counter
from itertools import pairwise

from pmtools.errors import RunError
from pmtools.report.gate import declared_parameters

TAGS = {"parameters", "interactive", "record", "internal"}
OF_ITSELF = {"project", "status_date", "run_id"}
WRITES = re.compile(r"\.record\(|\bwrite_|\.to_(csv|excel|json|html)\(|\bopen\(|\.save\(|publish")
ABSOLUTE = re.compile(r"^(/|~|[A-Za-z]:[\\/]|\\\\)")


def text(cell):
    return "".join(cell["source"])


def tags(cell):
    return set(cell["metadata"].get("tags", ()))


def lines(cell):
    return [line for line in text(cell).splitlines() if line.strip()]


def parsed(cell):
    """The code as a tree; of a cell with a magic nothing, which `no_logic` tells."""
    try:
        return ast.parse(text(cell))
    except SyntaxError:
        return ast.Module([], [])


def code_of(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def broken_rules(notebook):
    """Every rule that the notebook breaks, in words."""
    return [words for rule in RULES for words in rule(notebook)]


def title(notebook):
    first = notebook["cells"][0]
    if first["cell_type"] != "markdown" or not text(first).startswith("# "):
        yield "the first cell is no title"
    for word in ("Purpose", "For whom", "Reads", "Produces"):
        if word not in text(first):
            yield f"the title cell does not say: {word}"


def parameters(notebook):
    cells = code_of(notebook)
    if "parameters" not in tags(cells[0]):
        yield "the first code cell is not the one tagged `parameters`"
    try:
        names = set(declared_parameters(notebook))
    except RunError as error:
        yield str(error)
        return
    if OF_ITSELF - names:
        yield f"parameters lack {', '.join(sorted(OF_ITSELF - names))}"
    for cell in cells:
        if "parameters" in tags(cell):
            yield from (
                f"no comment: {line}" for line in lines(cell) if not re.search(r"\S\s+# \w", line)
            )


def imports(notebook):
    for number, cell in enumerate(code_of(notebook), 1):
        body = parsed(cell).body
        has_imports = any(isinstance(s, (ast.Import, ast.ImportFrom)) for s in body)
        if has_imports != (number == 2):
            yield "imports stand in the second code cell and nowhere else"
        if any(isinstance(s, ast.ImportFrom) and s.names[0].name == "*" for s in body):
            yield "a star import"


def size(notebook):
    cells = code_of(notebook)
    n_lines = sum(len(lines(cell)) for cell in cells)
    prose = " ".join(text(c) for c in notebook["cells"] if c["cell_type"] == "markdown")
    n_words = len(re.findall(r"\w+", prose))
    if len(cells) > 15:
        yield f"{len(cells)} code cells; at most 15"
    if n_lines > 100:
        yield f"{n_lines} code lines; at most 100"
    if n_words < 4 * n_lines:
        yield f"{n_words} words of prose for {n_lines} lines of code; at least 4 a line"
    for number, cell in enumerate(cells, 1):
        if len(lines(cell)) > 12 and "parameters" not in tags(cell):
            yield f"code cell {number} has {len(lines(cell))} lines; at most 12"


def no_logic(notebook):
    refused = {
        ast.FunctionDef: "a function", ast.AsyncFunctionDef: "a function",
        ast.ClassDef: "a class", ast.Lambda: "a lambda", ast.Try: "a try",
    }  # fmt: skip
    for number, cell in enumerate(code_of(notebook), 1):
        if re.search(r"^\s*[%!?]|\?\s*$", text(cell), re.MULTILINE):
            yield f"code cell {number} has a magic"
        for node in ast.walk(parsed(cell)):
            if type(node) in refused:
                yield f"code cell {number} has {refused[type(node)]}"
            if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr):
                yield f"code cell {number} has a formula: {ast.unparse(node)}"
            if isinstance(node, ast.Constant) and ABSOLUTE.match(str(node.value)):
                yield f"code cell {number} has an absolute path: {node.value}"


def stripped(notebook):
    if set(notebook["metadata"]) - {"kernelspec", "language_info"}:
        yield f"metadata left: {', '.join(sorted(notebook['metadata']))}"
    ids = Counter(cell.get("id", "") for cell in notebook["cells"])
    if "" in ids or max(ids.values()) > 1 or any(i.isdigit() for i in ids):
        yield "cell ids are missing, repeated or renumbered; strip with nbstripout --keep-id"
    for cell in code_of(notebook):
        if cell["outputs"] or cell["execution_count"] is not None:
            yield "outputs or execution counts are left in"
    for cell in notebook["cells"]:
        if tags(cell) - TAGS or set(cell["metadata"]) - {"tags"}:
            yield f"unknown tags or metadata: {cell['metadata']}"


def order(notebook):
    cells = notebook["cells"]
    for before, cell in pairwise(cells):
        if cell["cell_type"] == before["cell_type"] == "code" and "parameters" not in tags(before):
            yield f"a code cell without words before it: {lines(cell)[:1]}"
    code = code_of(notebook)
    if not re.search(r"provenance\([^)]*run_id=run_id", text(code[-1]), re.DOTALL):
        yield "the last code cell is not the provenance with run_id=run_id"
    recording = [n for n, cell in enumerate(code) if "record" in tags(cell)]
    panels = [n for n, cell in enumerate(code) if "interactive" in tags(cell)]
    if len(recording) > 1 or any(n > min(recording, default=99) for n in panels):
        yield "`record` is one cell, after the interactive ones"
    if recording and recording[0] != len(code) - 2:
        yield "`record` stands before the provenance"
    for number, cell in enumerate(code):
        if WRITES.search(text(cell)) and number not in recording:
            yield f"code cell {number + 1} writes; only `record` may"


RULES = (title, parameters, imports, size, no_logic, stripped, order)

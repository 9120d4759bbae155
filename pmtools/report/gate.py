"""The one gate for parameters of a notebook: plain values, declared names, declared types.

papermill writes parameters into code. It runs as code what is not a plain JSON value, takes any
name, and only logs a name that the notebook does not have; so nothing reaches it but through here.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pmtools.errors import RunError, nearest

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


@dataclass(frozen=True)
class Declared:
    """A parameter as the notebook's cell tagged `parameters` declares it."""

    name: str
    annotation: str
    default: Any

    def accepts(self, value: Any) -> bool:
        """Whether a JSON value is of the declared type. A whole number is also a float."""
        return _fits(value, ast.parse(self.annotation, mode="eval").body)


def declared_parameters(notebook: Mapping[str, Any]) -> dict[str, Declared]:
    """The parameters of a notebook (its JSON): annotated literals of the one tagged cell.

    Raises
    ------
    RunError
        Where there is not exactly one such cell, or it holds anything else.
    """
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", ())]
    if len(cells) != 1:
        raise RunError(f"The notebook has {len(cells)} cells tagged `parameters`; expected one.")
    found = {}
    for statement in ast.parse("".join(cells[0]["source"])).body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                annotation = ast.unparse(statement.annotation)
                found[name] = Declared(name, annotation, _literal(name, value))
            case _:
                raise RunError(
                    f"Cell `parameters`, line {statement.lineno}: `{ast.unparse(statement)}` is "
                    "not an annotated literal; expected e.g. `project: str = 'plan.mpp'`."
                )
    return found


def checked_parameters(
    parameters: Mapping[str, Any], declared: Mapping[str, Declared]
) -> dict[str, Any]:
    """Plain copies of the given values, fit to be handed to papermill.

    Raises
    ------
    RunError
        With every parameter that is unknown, not of its declared type, or not a JSON value.
    """
    problems = [
        problem
        for name, value in parameters.items()
        for problem in _problems(name, value, declared)
    ]
    if problems:
        raise RunError("The parameters do not fit the notebook:\n  " + "\n  ".join(problems))
    return {name: _plain(value) for name, value in parameters.items()}


def _problems(name: Any, value: Any, declared: Mapping[str, Declared]) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"{name!r} is no parameter name; expected letters a to z, digits and underscores."
    elif name not in declared:
        yield f"`{name}` is not a parameter of the notebook{nearest(name, list(declared))}."
    else:
        try:
            plain = _plain(value)
        except (TypeError, ValueError, RecursionError) as error:
            yield f"`{name}` is not a plain JSON value: {error}."
        else:
            if not declared[name].accepts(plain):
                kind = declared[name].annotation
                yield f"`{name}` is {value!r:.80}, a {type(value).__name__}; expected {kind}."


def _plain(value: Any) -> Any:
    """The value as JSON gives it back; ValueError where that is not the same."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    text.encode()
    plain = json.loads(text)
    if plain != value:
        raise ValueError(f"{type(value).__name__} cannot be told in JSON")
    return plain


def _literal(name: str, value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        raise RunError(f"Parameter `{name}`: its default is no literal.") from None


def _fits(value: Any, annotation: ast.expr) -> bool:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id="float"):
            return type(value) in (int, float)
        case ast.Name(id=name) if name in _TYPES:
            return type(value) is _TYPES[name]
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return type(value) is list and all(_fits(v, item) for v in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return type(value) is dict and all(_fits(v, item) for v in value.values())
    raise RunError(f"Parameters of type `{ast.unparse(annotation)}` are not supported.")

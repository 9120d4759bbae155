import ast
import datetime as dt
from collections import UserString
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_notebooks import PARAMETERS, code, notebook

from pmtools.errors import RunError
from pmtools.report.gate import Declared, checked_parameters, declared_parameters

DECLARED = declared_parameters(notebook(code(PARAMETERS, "parameters")))

text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip

NOT_JSON = [
    (1, 2),
    {1, 2},
    frozenset(),
    b"x",
    Path("plan.mpp"),
    np.array([1]),
    np.int64(3),
    UserString('"; import os'),
    ValueError('"+x+"'),
    {("a",): 1},
    {1: "a"},
    float("nan"),
    float("inf"),
    dt.date(2026, 3, 6),
    "lone \ud800 surrogate",
    object(),
]


def declared(annotation):
    return {"x": Declared("x", annotation, None)}


def kind_of(value):
    return "None" if value is None else type(value).__name__


@given(values)
def test_a_json_value_reaches_the_notebook_as_it_was_and_as_one_statement(value):
    """Papermill writes parameters as code: what passes the gate is one assignment of that value."""
    from papermill.translators import PythonTranslator

    passed = checked_parameters({"x": value}, declared(kind_of(value)))
    statements = ast.parse(PythonTranslator.codify(passed)).body
    assert len(statements) == 1
    namespace = {}
    exec(PythonTranslator.codify(passed), namespace)
    assert namespace["x"] == value
    assert type(namespace["x"]) is type(value)


@pytest.mark.parametrize("value", NOT_JSON, ids=lambda v: f"{type(v).__name__}")
@pytest.mark.parametrize("nested", [lambda v: v, lambda v: [v], lambda v: {"a": [v]}])
def test_what_is_not_plain_json_is_refused_also_when_nested(value, nested):
    """Papermill runs the text of such values as code."""
    any_type = "list | dict | str | int | float"
    with pytest.raises(RunError, match="`x` is not a plain JSON value"):
        checked_parameters({"x": nested(value)}, declared(any_type))


def test_a_subclass_of_text_reaches_the_notebook_as_plain_text():
    """A subclass could print itself as code."""

    class Evil(str):
        def __str__(self):
            return '" + x + "'

        __repr__ = __str__

    passed = checked_parameters({"x": Evil("plan")}, declared("str"))
    assert type(passed["x"]) is str
    assert passed["x"] == "plan"


@pytest.mark.parametrize(
    "name", ["a=1;b", "A", "_x", "", "a b", "1a", "x\n", "pä", 3, "__import__('os')"]
)
def test_a_name_that_could_be_code_is_refused(name):
    """Papermill does not look at names at all."""
    with pytest.raises(RunError, match="no parameter name"):
        checked_parameters({name: 1}, DECLARED)


def test_all_that_is_wrong_is_told_at_once_with_the_nearest_name():
    """Papermill would only log an unknown name, and report on the defaults."""
    with pytest.raises(RunError) as caught:
        checked_parameters({"projekt": "a", "weeks": "3", "names": ("a",)}, DECLARED)
    message = str(caught.value)
    assert '`projekt` is not a parameter of the notebook (nearest: "project")' in message
    assert "`weeks` is '3', a str; expected int" in message
    assert "`names` is not a plain JSON value" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [("weeks", True), ("weeks", 1.5), ("share", "0.5"), ("share", True), ("project", None),
     ("names", "ann"), ("names", [1]), ("limit", 1.0), ("limit", "")],
)  # fmt: skip
def test_a_value_of_another_type_than_declared_is_refused(name, value):
    with pytest.raises(RunError, match=f"`{name}` is"):
        checked_parameters({name: value}, DECLARED)


@pytest.mark.parametrize(
    ("name", "value"), [("share", 1), ("limit", None), ("limit", 3), ("names", []), ("weeks", 0)]
)
def test_a_value_of_the_declared_type_passes(name, value):
    """A whole number is a float too; None only where the annotation says so."""
    assert checked_parameters({name: value}, DECLARED) == {name: value}


@pytest.mark.parametrize(
    "line", ["project = 'x'", "import os", "project: str", "print(1)", "project: str = name()"]
)
def test_a_parameters_cell_holds_annotated_literals_only(line):
    with pytest.raises(RunError, match="literal"):
        declared_parameters(notebook(code(line, "parameters")))


@pytest.mark.parametrize("n", [0, 2])
def test_a_notebook_has_exactly_one_parameters_cell(n):
    """Papermill takes the first of several, and ignores all values where there is none."""
    cells = [code(PARAMETERS, "parameters")] * n
    with pytest.raises(RunError, match=f"has {n} cells tagged"):
        declared_parameters(notebook(*cells))


def test_an_annotation_that_we_do_not_know_is_refused():
    with pytest.raises(RunError, match="not supported"):
        checked_parameters({"x": "2026-01-01"}, declared("date"))

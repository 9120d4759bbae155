"""Small random plans in days whose constraints may contradict."""

from day_plan import day_plan
from hypothesis import strategies as st

RULES = ("", ":SNET", ":FNLT", ":SNLT", ":deadline")


@st.composite
def constrained(draw):
    """Up to six tasks in a row of finish-to-start links, each with at most one constraint."""
    names = "ABCDEF"[: draw(st.integers(2, 6))]
    tasks = []
    for name in names:
        rule = draw(st.sampled_from(RULES))
        date = f"=2026-06-{draw(st.integers(1, 19)):02}" if rule else ""
        tasks.append(f"{name}{draw(st.integers(1, 5))}{rule}{date}")
    pairs = [(a, b) for a in names for b in names if a < b]
    links = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=8))
    return day_plan(" ".join(tasks), " ".join(f"{a}>{b}" for a, b in links))

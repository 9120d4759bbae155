"""The panels in JupyterLab, by a real browser with no network but this machine."""

import json
import os
import statistics
import time

import numpy as np
import pytest
from risky_plan import priced, risky_plan
from small_notebooks import code, notebook
from tools import needs_chromium

import pmtools as pm

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

MOVES = int(os.environ.get("PANEL_MOVES", "30"))
DRAWN = "() => +document.querySelector('[data-drawn]').dataset.drawn"
SAYS = "p[role=status]"


class Panel:
    """A notebook with a panel, opened and run; what a hand does with it."""

    def __init__(self, page, address, outside, errors):
        self.page, self.outside, self.errors = page, outside, errors
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.get_by_text("| Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_selector("[data-drawn]", timeout=120_000)
        page.get_by_text("| Idle").wait_for(timeout=120_000)
        page.locator(".pmtools-panel").scroll_into_view_if_needed()

    def step(self):
        return self.page.evaluate(DRAWN)

    def moved(self, act, wait=30_000):
        """Do something; wait until the chart was drawn again; what is said then."""
        before = self.step()
        act()
        self.page.wait_for_function(f"() => ({DRAWN})() > {before}", timeout=wait)
        return self.said()

    def said(self):
        return self.page.locator(SAYS).inner_text()

    def row(self, label):
        return self.page.locator(".widget-inline-hbox").filter(
            has=self.page.get_by_text(label, exact=True)
        )

    def press(self, label, key):
        handle = self.row(label).locator(".noUi-handle, select, input").first
        return self.moved(lambda: handle.press(key))

    def drag(self, label, share):
        track = self.row(label).locator(".noUi-target").bounding_box()
        at = (track["x"] + share * track["width"], track["y"] + track["height"] / 2)
        return self.moved(lambda: self.page.mouse.click(*at))

    def click(self, name):
        return self.moved(self.page.get_by_role("button", name=name, exact=True).click)

    def choose(self, label, position):
        return self.moved(lambda: self.row(label).locator("select").select_option(index=position))

    def svg(self):
        return self.page.locator("[data-drawn] svg").first.inner_html()


def large_plan(n):
    """Tasks with ranges and prices, each waiting for two of the twenty before it, and a risk."""
    dice = np.random.default_rng(1)
    hours = dice.integers(8, 80, n).tolist()
    links = {
        (int(dice.integers(max(1, after - 20), after)), after)
        for after in range(2, n + 1) for _ in range(2)
    }  # fmt: skip
    estimates = {k: (0.8 * h, h, 1.6 * h) for k, h in enumerate(hours, 1)}
    risk = {"id": "R", "probability": 0.4, "impact_hours": 24, "task_ids": "5"}
    plan = risky_plan(hours, sorted(links), estimates=estimates, register=[risk])
    return priced(plan, dict.fromkeys(range(1, n + 1), 80.0))


@pytest.fixture
def opened(lab, browser):
    """Opens a notebook of that name; at the end, nothing was asked from outside or failed."""
    page = browser.new_page(viewport={"width": 1500, "height": 1500})
    outside, errors = [], []

    def only_this_machine(route):
        if "//127.0.0.1" in route.request.url or route.request.url.startswith(("data:", "blob:")):
            return route.continue_()
        outside.append(route.request.url)
        return route.abort()

    page.route("**/*", only_this_machine)
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield lambda name: Panel(page, lab.format(name), outside, errors)
    picture = os.environ.get("PANEL_PICTURE")
    if picture:
        page.screenshot(path=picture)
    page.close()
    assert outside == []
    assert errors == []


@needs_chromium
def test_every_control_of_the_scenario_panel_moves_by_mouse_and_by_keyboard(opened):
    """A manager tries changes: numbers and chart follow the hand, and every step can be undone."""
    panel = opened("scenarios")
    start, drawn = panel.said(), panel.svg()
    panel.drag("Deadline", 0.9)
    panel.press("Deadline", "ArrowLeft")
    assert panel.said() != start
    panel.drag("Confidence, %", 0.2)
    panel.press("Confidence, %", "ArrowRight")
    panel.drag("Remaining, days", 0.7)
    longer = panel.press("Remaining, days", "ArrowRight")
    assert longer != start
    assert panel.svg() != drawn
    panel.click("Undo")
    assert panel.said() != longer
    panel.drag("Overtime, hours a day", 0.5)
    panel.press("Overtime, hours a day", "ArrowLeft")
    panel.choose("Its response", 1)
    panel.click("Reset")
    assert panel.said() == start
    panel.moved(lambda: panel.page.get_by_label("Leave this task out").click())
    panel.moved(lambda: panel.page.get_by_label("Leave this task out").press("Space"))
    panel.choose("Task", 1)
    panel.choose("Add a person", 2)
    panel.choose("Risk", 1)


@needs_chromium
def test_a_scenario_is_saved_reloaded_applied_and_undone(opened):
    """What was tried is not lost: it has a name, a file, and a place in the report."""
    panel = opened("scenarios")
    start = panel.said()
    changed = panel.drag("Remaining, days", 0.9)
    name = panel.row("Name").locator("input")
    name.fill("Slower")
    name.press("Enter")
    panel.click("Save")
    assert panel.click("Reset") == start
    panel.row("Saved").locator("select").select_option("Slower")
    assert panel.click("Load") == changed
    panel.click("Use in the report")
    line = panel.row("For the report").locator("input").input_value()
    assert line.startswith("-p scenario ")
    assert panel.click("Undo") == start


@needs_chromium
def test_the_chart_follows_the_slider_and_does_not_become_slower(opened, tmp_path):
    """Who moves a slider sees the answer at once, the hundredth time as the first: 500 tasks."""
    pm.write_project(large_plan(500), tmp_path / "work" / "large")
    alone = code('import pmtools as pm\npm.panel_scenario(pm.read_project("../large"))')
    (tmp_path / "work" / "notebooks" / "alone.ipynb").write_text(json.dumps(notebook(alone)))
    panel = opened("alone")
    handle = panel.row("Remaining, days").locator(".noUi-handle").first
    handle.press("Home")
    panel.page.wait_for_timeout(1000)
    seconds = []
    for n in range(MOVES):
        before = panel.step()
        began = time.perf_counter()
        handle.press("ArrowRight" if n // 8 % 2 == 0 else "ArrowLeft")
        panel.page.wait_for_function(f"() => ({DRAWN})() > {before}", polling=5)
        seconds.append(time.perf_counter() - began)
    told = sorted(1000 * each for each in seconds)
    print(f"median {statistics.median(told):.0f} ms, p95 {told[int(0.95 * len(told))]:.0f} ms")
    tenth = max(1, MOVES // 5)
    first, last = (statistics.median(part) for part in (seconds[:tenth], seconds[-tenth:]))
    print(f"first {1000 * first:.0f} ms, last {1000 * last:.0f} ms, {MOVES} moves")
    assert statistics.median(seconds) < 2.0
    assert last < 3 * first + 0.2


@needs_chromium
def test_the_commitment_panel_answers(opened):
    """Another confidence gives another day; another budget too."""
    panel = opened("planning")
    start = panel.said()
    assert panel.press("Confidence, %", "ArrowLeft") != start
    panel.moved(lambda: panel.page.get_by_label("Budget as safe as the date").click())
    assert "budget" in panel.drag("Budget", 0.6)

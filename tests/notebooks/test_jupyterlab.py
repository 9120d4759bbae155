"""The notebooks in JupyterLab, by a real browser with no network but this machine."""

import time

import pytest
from tools import needs_chromium

SECONDS = 180


@pytest.mark.browser
@pytest.mark.slow
@needs_chromium
@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize(
    ("notebook", "n_charts", "words"),
    [
        ("weekly_report", 5, "forecast to finish"),
        ("scheduling", 6, "Load after levelling"),
        ("planning", 3, "The outside view"),
        ("coordination", 7, "Who must act first"),
        ("organization", 3, "What is stuck"),
    ],
)
def test_restart_and_run_all_draws_every_chart_offline(
    lab, browser, tmp_path, notebook, n_charts, words
):
    """An analyst opens the notebook, runs all, and sees tables and charts without a network."""
    outside = []
    page = browser.new_page(viewport={"width": 1400, "height": 1000})

    def only_this_machine(route):
        if "//127.0.0.1" in route.request.url or route.request.url.startswith("data:"):
            return route.continue_()
        outside.append(route.request.url)
        return route.abort()

    page.route("**/*", only_this_machine)
    page.goto(lab.format(notebook))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    found = shown_when_done(page, n_charts)
    page.screenshot(path=str(tmp_path / "lab.png"))
    page.close()
    assert outside == []
    assert found["errors"] == []
    assert found["charts"] >= n_charts
    assert words in found["text"]


def shown_when_done(page, n_charts):
    """Scroll through the notebook until the last cell has run; what was seen on the way."""
    charts, texts, errors = set(), [], []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        cells = page.locator(".jp-Notebook .jp-Cell")
        for position in range(cells.count()):
            cell = cells.nth(position)
            cell.scroll_into_view_if_needed()
            if cell.locator(".vega-embed svg, .vega-embed canvas").count():
                charts.add(position)
            errors += cell.locator(
                "[data-mime-type='application/vnd.jupyter.stderr']"
            ).all_inner_texts()
            texts.append(cell.inner_text())
        last = page.locator(".jp-CodeCell .jp-InputPrompt").last.inner_text()
        if last.strip("[]: ").isdigit() and len(charts) >= n_charts:
            break
        time.sleep(1)
    return {"charts": len(charts), "text": "\n".join(texts), "errors": sorted(set(errors))}

"""A real browser that may not ask for anything but the page itself."""

from dataclasses import dataclass, field

import pytest


@dataclass
class Opened:
    """A report in the browser, and what happened while it was drawn."""

    page: object
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, script):
        return self.page.evaluate(script)


@pytest.fixture
def opened(browser, tmp_path):
    """`opened(html, width=1280)`: the page after its charts were drawn, all else refused."""
    from playwright.sync_api import expect

    pages = []

    def open_page(html: bytes, width=1280, n_charts=0):
        path = tmp_path / f"report-{len(pages)}.html"
        path.write_bytes(html)
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        seen = Opened(page)

        def only_the_page(route, request):
            if request.url == path.as_uri():
                return route.continue_()
            seen.requests.append(request.url)
            return route.abort()

        page.route("**/*", only_the_page)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console", lambda said: seen.errors.append(said.text) if said.type == "error" else None
        )
        page.on("dialog", lambda dialog: seen.errors.append(dialog.message) or dialog.dismiss())
        page.goto(path.as_uri())
        expect(page.locator("[data-drawn=yes] > svg")).to_have_count(n_charts, timeout=60_000)
        return seen

    yield open_page
    for page in pages:
        page.close()

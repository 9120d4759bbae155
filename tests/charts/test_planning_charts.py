"""The fever chart and the needs by role."""

import frames
import pytest
from pictures import static_svg

from pmtools.charts import chart_fever, chart_resource_needs


def test_the_last_status_date_says_how_much_of_the_buffer_is_used():
    """Where it stands now is what the reader looks for."""
    drawn = chart_fever(frames.buffer_use(9))
    assert ": 70% of the buffer" in static_svg(drawn.to_dict())
    assert (
        "50% of the chain is complete and 70% of the buffer consumed: ▲ Red"
        in (drawn.to_dict()["description"])
    )


def test_each_zone_has_its_word():
    """Colour is never the only sign."""
    svg = static_svg(chart_fever(frames.buffer_use()).to_dict())
    assert all(f">{word}<" in svg for word in ("watch", "plan", "act"))


@pytest.mark.parametrize("used", [-40.0, 250.0])
def test_a_buffer_won_back_or_far_overdrawn_is_still_on_the_chart(used):
    """Points do not leave the picture: the axis grows with them."""
    rows = frames.buffer_use(3).assign(buffer_percent=[0.0, used, used / 2])
    spans = [
        layer["encoding"]["y"].get("scale", {}).get("domain")
        for layer in chart_fever(rows).to_dict()["layer"]
        if "y" in layer.get("encoding", {})
    ]
    assert all(low <= used <= high for low, high in filter(None, spans))


def test_roles_that_lack_most_come_first():
    """With their weeks counted in words."""
    drawn = chart_resource_needs(frames.needs()).to_dict()
    assert "8 roles over 6 weeks" in drawn["description"]
    assert "weeks short" in static_svg(drawn)

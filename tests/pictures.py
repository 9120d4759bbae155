"""A chart as a picture, as the report prints it."""

import vl_convert


def static_svg(spec, width=680, **how):
    """SVG text of `width` pixels, with nothing fetched."""
    return vl_convert.vegalite_to_svg({**spec, "width": width}, allowed_base_urls=[], **how)

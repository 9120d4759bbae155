"""Text that must come out literally wherever project text is shown."""

HOSTILE = (
    "<img src=x onerror=window.__pwn=1>",
    "</script><script>window.__pwn=1</script>",
    "<!--<script>",
    '"onmouseover="window.__pwn=1',
    "[x](javascript:window.__pwn=1)",
    "![x](http://127.0.0.1/x)",
    "{{7*7}} ${7*7} *a* `b` &amp; &lt;",
    "x' || true || '",
    "constructor",
    "__proto__",
    "a.b[c]'\\",
    "=1+1",
)
INVISIBLE = {
    "bidi": "a\u202egpj.exe",
    "line separator": "a\u2028b",
    "newline": "a\nb\tc",
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "very long": "x" * 40_000,
}

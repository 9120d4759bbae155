"""What only tests need: a browser and a Java runtime, from Debian's packages."""

import shutil

from real_data import needs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""

needs_chromium = needs(bool(CHROMIUM), "apt-get install chromium")
needs_java = needs(bool(shutil.which("java")), "apt-get install default-jre-headless")
needs_pdftotext = needs(bool(shutil.which("pdftotext")), "apt-get install poppler-utils")

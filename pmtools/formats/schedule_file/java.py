"""The Java side of schedule files: start it once a process, translate its values to ours.

Only ever imported in a supervised child process.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import Any

from pmtools.errors import MissingExtra

_OPTIONS = (
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--enable-native-access=ALL-UNNAMED",
    "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
    "-Dlog4j2.level=OFF",
)


def start_java() -> Any:
    """Start Java and return MPXJ's package `org.mpxj`.

    Raises
    ------
    MissingExtra
        Where JPype, MPXJ or a Java runtime is missing; says what to install.
    """
    try:
        import jpype
        import mpxj  # noqa: F401 - puts its archives on the class path
    except ImportError as error:
        raise MissingExtra(
            f"Schedule files (.mpp, .xml, .xer, .mpx) need the package {error.name}. "
            "Install it: pip install 'pmtools[schedule-files]'"
        ) from error
    if not jpype.isJVMStarted():
        try:
            jpype.startJVM(*_OPTIONS, jvmpath=_library(), convertStrings=True)
        except (jpype.JVMNotFoundException, OSError) as error:
            raise MissingExtra(
                "Schedule files (.mpp, .xml, .xer, .mpx) need a Java runtime, and none works "
                f"here ({str(error).splitlines()[0]}). "
                "Install one: apt-get install default-jre-headless, or conda install openjdk"
            ) from error
    import org.mpxj

    return org.mpxj


def _library() -> str:
    """Java's library: where JPype looks, else beside `java` in PATH or in this conda prefix."""
    import jpype

    try:
        return str(jpype.getDefaultJVMPath())
    except jpype.JVMNotFoundException:
        homes = [Path(sys.prefix, "lib", "jvm")]
        if java := shutil.which("java"):
            homes.insert(0, Path(java).resolve().parents[1])
        for home in homes:
            for name in ("libjvm.so", "libjvm.dylib"):
                if (library := home / "lib" / "server" / name).is_file():
                    return str(library)
        raise


def number(value: Any) -> float | None:
    """Any Java number as a float; null as None."""
    if value is None:
        return None
    return float(value.doubleValue() if hasattr(value, "doubleValue") else value)


def text(value: Any) -> str:
    """Any Java object as text; null as ""."""
    return "" if value is None else str(value)


def word(value: Any) -> str:
    """The name of a Java enum's value; null as ""."""
    return "" if value is None else str(value.name())


def instant(value: Any) -> dt.datetime | None:
    """A LocalDateTime to the nearest minute."""
    if value is None:
        return None
    exact = dt.datetime.fromisoformat(str(value)[:26])
    return (exact + dt.timedelta(seconds=30)).replace(second=0, microsecond=0)


def hours(duration: Any, defaults: Any) -> float | None:
    """A Duration in hours; days, weeks and months are as long as `defaults` says."""
    if duration is None:
        return None
    from org.mpxj import TimeUnit

    return round(float(duration.convertUnits(TimeUnit.HOURS, defaults).getDuration()), 6)


def is_elapsed(duration: Any) -> bool:
    """Whether a Duration counts the hours of day and night."""
    return duration is not None and bool(duration.getUnits().isElapsed())


def hourly(rate: Any, defaults: Any) -> float | None:
    """A Rate per hour, whatever time it was written for."""
    if rate is None or rate.getUnits() is None:
        return number(rate and rate.getAmount())
    from org.mpxj.common import RateHelper

    return number(RateHelper.convertToHours(defaults, rate))


def java_number(value: float | None) -> Any:
    """A Double; null for None."""
    import jpype

    return None if value is None else jpype.JClass("java.lang.Double")(float(value))


def java_integer(value: int) -> Any:
    """An Integer."""
    import jpype

    return jpype.JClass("java.lang.Integer")(value)


def java_instant(value: dt.datetime | None) -> Any:
    """A LocalDateTime; null for None."""
    import jpype

    local = jpype.JClass("java.time.LocalDateTime")
    return None if value is None else local.parse(value.isoformat())


def java_date(value: dt.datetime) -> Any:
    """The LocalDate of an instant."""
    import jpype

    return jpype.JClass("java.time.LocalDate").parse(value.date().isoformat())


def java_time(value: str) -> Any:
    """A LocalTime; the end of a day is midnight."""
    import jpype

    return jpype.JClass("java.time.LocalTime").parse("00:00" if value == "24:00" else value)


def java_enum(kind: str, name: str) -> Any:
    """A value of one of MPXJ's enums."""
    import jpype

    return getattr(jpype.JClass(f"org.mpxj.{kind}"), name)


def java_duration(hours: float, is_elapsed: bool = False) -> Any:
    """A Duration in working hours, or in hours of day and night."""
    import jpype

    unit = java_enum("TimeUnit", "ELAPSED_HOURS" if is_elapsed else "HOURS")
    return jpype.JClass("org.mpxj.Duration").getInstance(float(hours), unit)

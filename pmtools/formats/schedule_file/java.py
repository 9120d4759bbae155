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


def java_class(name: str) -> Any:
    """A class of Java by its full name."""
    import jpype

    return jpype.JClass(name)


def java_enum(kind: str, name: str) -> Any:
    """A value of one of MPXJ's enums."""
    return getattr(java_class(f"org.mpxj.{kind}"), name)


def java(value: Any) -> Any:
    """A number or instant for a setter; null for None and "", all else as it is."""
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return java_class("java.time.LocalDateTime").parse(value.isoformat())
    if type(value) in (int, float):
        name = "Integer" if type(value) is int else "Double"
        return java_class(f"java.lang.{name}")(value)
    return value


def put(target: Any, **values: Any) -> None:
    """Set fields of an MPXJ object by their names in Java."""
    for name, value in values.items():
        getattr(target, f"set{name}")(java(value))


def java_duration(hours: float | None, is_elapsed: bool = False) -> Any:
    """A Duration in working hours, or in hours of day and night; null for None."""
    unit = java_enum("TimeUnit", "ELAPSED_HOURS" if is_elapsed else "HOURS")
    return None if hours is None else java_class("org.mpxj.Duration").getInstance(hours, unit)

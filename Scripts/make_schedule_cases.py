#!/usr/bin/env python3
"""Writes Tests/Fixtures/schedules/next-runs.json: when daily, weekly and monthly jobs run by Python's zoneinfo.

A time that is skipped when clocks go forward comes as much later, one that is there twice is the first (fold = 0).
"""

import datetime
import json
import pathlib
import zoneinfo

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
# clocks forward and back in north and south, the day that Apia left out, a leap day, month and year ends, and beyond 32 bits of seconds
STARTS = [
    "2026-03-07T20:00", "2026-03-28T20:00", "2026-04-04T09:00", "2026-10-03T09:00", "2026-10-24T20:00", "2026-10-31T20:00",
    "2011-12-29T08:00", "2028-02-28T12:00", "2026-08-31T00:00", "2026-12-31T23:59", "2038-01-19T03:14",
]
JOBS = [("day", 0, 2, 30), ("day", 0, 1, 45), ("week", 1, 0, 5), ("month", 28, 23, 59)]
RUNS = 3


def is_on(day, period, number):
    # Python counts weekdays from Monday, cron from Sunday
    return {"day": True, "week": (day.weekday() + 1) % 7 == number, "month": day.day == number}[period]


def next_run(zone, job, start):
    period, number, hour, minute = job
    today = datetime.datetime.fromtimestamp(start, zone).date()
    for offset in range(-1, 40):
        day = today + datetime.timedelta(days=offset)
        if is_on(day, period, number):
            moment = int(datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())
            if moment >= start:
                return moment
    raise AssertionError("no such day")


def main():
    cases = []
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        for text in STARTS:
            for job in JOBS:
                start = int(datetime.datetime.fromisoformat(text + "+00:00").timestamp())
                runs, moment = [], start
                for _ in range(RUNS):
                    moment = next_run(zone, job, moment)
                    runs.append(moment)
                    moment += 1
                cases.append({"zone": name, "every": job[0], "number": job[1], "hour": job[2], "minute": job[3], "from": start, "runs": runs})
    file = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/schedules/next-runs.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()

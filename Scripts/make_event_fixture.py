#!/usr/bin/env python3
"""Writes Tests/Fixtures/reports/events.tfevents with the package tensorboard 2.21.0, for the test that ours are the same bytes."""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FILE = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/reports/events.tfevents"


def scalars(time, step, **values):
    summary = Summary(value=[Summary.Value(tag=tag.replace("__", "/"), simple_value=value) for tag, value in values.items()])
    return Event(wall_time=time, step=step, summary=summary)


def main():
    events = [
        Event(wall_time=1_700_000_000.5, file_version="brain.Event:2"),
        Event(wall_time=1_700_000_001, step=300, session_log=SessionLog(status=SessionLog.START)),
        scalars(1_700_000_001.25, 300, train__loss=0.75, train__learning_rate=2e-4),
        scalars(1_700_000_002, 0, eval__loss=1.5),
    ]
    with open(FILE, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())


if __name__ == "__main__":
    main()

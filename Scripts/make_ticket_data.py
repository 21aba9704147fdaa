#!/usr/bin/env python3
"""Write the demo's ticket-routing data: `registry/data/ticket-router/{train,held_out}.jsonl`.

    python3 Scripts/make_ticket_data.py [--out registry/data/ticket-router] [--seed 20]

Python's standard library is enough, and the same seed gives the same bytes. The tickets are invented: a support desk of a
made-up logistics product, Orbivo, whose module names and error codes a base cannot know. What was planted on purpose (duplicates,
leaks, empty rows and so on) is counted in `planted.json`, so that a data report can be checked against it.
"""
import argparse
import json
import os
import random
import re

QUEUES = ["billing", "access", "network", "storage", "devices", "dispatch"]
INSTRUCTION = "Name the queue for this ticket: " + ", ".join(QUEUES) + "."

TRAIN_ROWS, HELD_OUT_ROWS = 960, 320
AMBIGUOUS_SHARE = 0.04  # tickets that two queues could rightly take
TYPO_SHARE = 0.12
ASIDE_SHARE = 0.10      # tickets that also mention another queue's module
PLANTED = {"exact_duplicates": 40, "near_duplicates": 16, "leaked": 12, "empty": 6, "unlabelled": 9, "over_long": 5,
           "conflicts": 7}

MODULES = {
    "billing": ["LedgerLeaf", "Tollbook", "PayQuay", "the duty meter", "the rate card"],
    "access": ["Gatehouse", "KeyWren", "BadgeBox", "the role matrix", "PassLantern"],
    "network": ["MeshFerry", "the yard relay", "PingLoft", "the edge bridge", "TunnelVole"],
    "storage": ["SiloNest", "the cold crate", "SnapBarn", "BinKeeper", "the archive well"],
    "devices": ["PicoScan", "the label press", "ThermaJet", "the wrist reader", "DockScale"],
    "dispatch": ["Wayfold", "the slot planner", "RouteLoom", "HaulBoard", "the fence map"],
}
CODES = {"billing": "LBX", "access": "GHT", "network": "MFY", "storage": "SNB", "devices": "PXD",
         "dispatch": "WFR"}
OBJECTS = {
    "billing": ["the March invoice", "our credit note", "the surcharge line", "the demurrage fee", "a refund"],
    "access": ["my password", "the new clerk's login", "the two-step prompt", "the admin role", "a guest pass"],
    "network": ["the uplink", "the packet loss", "the tunnel", "the VLAN", "signal strength"],
    "storage": ["the nightly snapshot", "our quota", "the restore job", "the scan archive", "the retention rule"],
    "devices": ["the handheld", "the battery", "the print head", "the trigger", "the charging cradle"],
    "dispatch": ["the delivery route", "the truck slot", "the driver's next stop", "the arrival time", "the load plan"],
}
SYMPTOMS = {
    "billing": ["{o} was charged twice", "{m} added {o} that nobody agreed to", "{o} does not match the contract",
                "we were billed for a closed site by {m}", "{m} shows {o} as unpaid though we paid"],
    "access": ["{m} refuses {o}", "cannot get in, {m} says {o} expired", "{o} is locked after three tries",
               "{m} lost {o} for the whole shift", "please unlock {o} in {m}"],
    "network": ["{o} drops every few minutes at {m}", "{m} shows {o} down", "{o} is slow between the yard and {m}",
                "{m} lost its route and {o} flaps", "no connection through {m}, {o} looks dead"],
    "storage": ["{o} is missing from {m}", "{m} is full and {o} stopped", "{o} in {m} cannot be restored",
                "{m} deleted {o} too early", "{o} takes hours to come back from {m}"],
    "devices": ["{o} of {m} is broken", "{m} does not switch on, {o} looks worn", "{m} beeps and {o} stays red",
                "{o} on {m} has to be replaced", "{m} misreads everything since {o} was dropped"],
    "dispatch": ["{m} sends two trucks for {o}", "{o} in {m} ignores the night closure", "{m} swapped {o}",
                 "{o} is planned through a closed gate by {m}", "{m} will not assign {o}"],
}
# Said of any queue: only the module and the code tell which.
COMMON_SYMPTOMS = ["{m} throws {c}", "{c} again from {m}", "{m} stopped with {c}", "what does {c} in {m} mean", "{m} shows {c}",
                   "error {c} of {m}", "{m} is unusable, {c}", "{c} when I open {m}", "we keep seeing {c} in {m}", "{m} hangs, {c}"]
OPENERS = ["Hi,", "Hello,", "Urgent:", "Morning,", "Help,", "FYI", "Again:", "", "", ""]
PLACES = ["in Tarnby", "at bay {n}", "at site {n}", "in the Osterholt yard", "for lane {n}", "at the Vik depot", "on line {n}",
          "at hub {n}", "for customer {n}", "in warehouse {n}"]
TIMES = ["since {h} o'clock", "since Monday", "after the update to 7.{n}", "every night", "for {n} days now", "since the shift change",
         "again today", "right before closing", "since we moved", "about {n} times an hour"]
CLOSERS = ["Can you look?", "Thanks.", "{n} people wait.", "Call me.", "No rush.", "This blocks us.", "Any idea?", "", "", ""]
ASIDES = ["{x} works fine though.", "It is not about {x}.", "We already checked {x}.", "It began after {x} was updated.",
          "My colleague thought of {x}, but no."]
AMBIGUOUS = ["{a} and {b} no longer agree", "something between {a} and {b} is off", "{a} fails whenever {b} runs",
             "either {a} or {b} is broken, we cannot tell"]
LOG_LINES = ["{t} WARN worker {n} waits for lock {h}", "{t} INFO batch {n} accepted from node {h}", "{t} DEBUG heap {n} MB after sweep {h}",
             "{t} ERROR attempt {n} gave up on {h}"]


class TicketWriter:
    """Invents tickets; everything random comes from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.written: list[set[str]] = []

    def ticket(self, queue: str) -> tuple[str, str]:
        """A new ticket and its queue: unlike every earlier one in over 40 % of their 5-grams."""
        while True:
            if self.random.random() < AMBIGUOUS_SHARE:
                text, label = self.ambiguous_text(queue)
            else:
                text, label = self.clear_text(queue), queue
            if self.random.random() < TYPO_SHARE:
                text = self.with_typo(text)
            grams = five_grams(text)
            if all(len(grams & other) < 0.6 * len(grams | other) for other in self.written):
                self.written.append(grams)
                return text, label

    def clear_text(self, queue: str) -> str:
        pick = self.random.choice
        template = pick(COMMON_SYMPTOMS) if self.random.random() < 0.35 else pick(SYMPTOMS[queue])
        symptom = template.format(m=pick(MODULES[queue]), o=pick(OBJECTS[queue]), c=self.code(queue))
        if template not in COMMON_SYMPTOMS and self.random.random() < 0.5:
            symptom += f", {self.code(queue)}"
        aside = ""
        if self.random.random() < ASIDE_SHARE:
            other = pick([q for q in QUEUES if q != queue])
            aside = pick(ASIDES).format(x=pick(MODULES[other]))
        return self.framed(symptom, aside)

    def ambiguous_text(self, queue: str) -> tuple[str, str]:
        """Two queues' modules in one complaint; either queue may have taken it."""
        pick = self.random.choice
        other = pick([q for q in QUEUES if q != queue])
        pair = [queue, other]
        self.random.shuffle(pair)
        symptom = pick(AMBIGUOUS).format(a=pick(MODULES[pair[0]]), b=pick(MODULES[pair[1]]))
        return self.framed(symptom, ""), queue

    def framed(self, symptom: str, aside: str) -> str:
        pick, chance = self.random.choice, self.random.random
        parts = [pick(OPENERS), symptom]
        if chance() < 0.5:
            parts.append(self.numbered(pick(PLACES)))
        if chance() < 0.4:
            parts.append(self.numbered(pick(TIMES)))
        sentences = [" ".join(p for p in parts if p) + ".", aside, self.numbered(pick(CLOSERS))]
        return " ".join(s[0].upper() + s[1:] for s in sentences if s)

    def numbered(self, text: str) -> str:
        return text.format(n=self.random.randint(2, 98), h=self.random.randint(5, 22))

    def code(self, queue: str) -> str:
        return f"{CODES[queue]}-{self.random.randint(100, 989)}"

    def with_typo(self, text: str) -> str:
        """Two neighbouring letters swapped, one lost, or all in lower case."""
        places = [i for i in range(1, len(text) - 2) if text[i].isalpha() and text[i + 1].isalpha()]
        place, kind = self.random.choice(places), self.random.randrange(3)
        if kind == 0:
            return text[:place] + text[place + 1] + text[place] + text[place + 2:]
        return text[:place] + text[place + 1:] if kind == 1 else text.lower()

    def log(self, lines: int) -> str:
        """A pasted log, which no router needs."""
        r = self.random
        return "\n".join(r.choice(LOG_LINES).format(t=f"{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}",
                                                    n=r.randint(1, 999), h=f"{r.getrandbits(32):08x}") for _ in range(lines))


def five_grams(text: str) -> set[str]:
    joined = re.sub(r"\s+", " ", text.lower()).strip()
    return {joined[i:i + 5] for i in range(max(1, len(joined) - 4))}


def row(text: str, label: str | None) -> dict:
    messages = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": text}]
    if label is not None:
        messages.append({"role": "assistant", "content": label})
    return {"messages": messages}


def blank_row() -> dict:
    return {"messages": [{"role": "user", "content": "  "}, {"role": "assistant", "content": ""}]}


def dirt(writer: TicketWriter, train: list[tuple[str, str]], held_out: list[tuple[str, str]]) -> list[dict]:
    """The planted rows, each kind as often as PLANTED says; they go behind the rows that they repeat."""
    r = writer.random
    sources = r.sample(train, PLANTED["exact_duplicates"] + PLANTED["near_duplicates"] + PLANTED["conflicts"])
    exact = sources[:PLANTED["exact_duplicates"]]
    near = sources[len(exact):len(exact) + PLANTED["near_duplicates"]]
    conflicting = sources[len(exact) + len(near):]
    rows = [row(text, label) for text, label in exact]
    rows += [row(text.upper() if number % 2 else text.replace(" ", "  "), label) for number, (text, label) in enumerate(near)]
    rows += [row(text, r.choice([q for q in QUEUES if q != label])) for text, label in conflicting]
    rows += [row(text, label) for text, label in r.sample(held_out, PLANTED["leaked"])]
    rows += [blank_row() for _ in range(PLANTED["empty"])]
    for number in range(PLANTED["unlabelled"]):
        text, _ = writer.ticket(r.choice(QUEUES))
        rows.append(row(text, None if number % 2 else ""))
    for _ in range(PLANTED["over_long"]):
        text, label = writer.ticket(r.choice(QUEUES))
        rows.append(row(text + "\n" + writer.log(24), label))
    return rows


def write(path: str, rows: list[dict]) -> None:
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "registry", "data", "ticket-router"))
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    writer = TicketWriter(options.seed)
    tickets = [writer.ticket(QUEUES[i % len(QUEUES)]) for i in range(TRAIN_ROWS + HELD_OUT_ROWS)]
    writer.random.shuffle(tickets)
    held_out, train = tickets[:HELD_OUT_ROWS], tickets[HELD_OUT_ROWS:]
    planted = dirt(writer, train, held_out)
    writer.random.shuffle(planted)
    # Repeats stand anywhere in the second half, so that a reader who takes the first N rows meets clean ones first.
    half = len(train) // 2
    rows = [row(*t) for t in train]
    for extra in planted:
        rows.insert(writer.random.randint(half, len(rows)), extra)
    os.makedirs(options.out, exist_ok=True)
    write(os.path.join(options.out, "train.jsonl"), rows)
    write(os.path.join(options.out, "held_out.jsonl"), [row(*t) for t in held_out])
    summary = {"seed": options.seed, "train_rows": len(rows), "held_out_rows": len(held_out), "planted": PLANTED,
               "effective_rows": len(train) + PLANTED["conflicts"], "labels": QUEUES}
    with open(os.path.join(options.out, "planted.json"), "w") as out:
        out.write(json.dumps(summary, indent=2) + "\n")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()

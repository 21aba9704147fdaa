"""Support tickets for trials of the data doctor: invented, varied, and with much that only looks suspicious.

Nothing here knows how the doctor works: sentences are put together as people write them, planted numbers are computed from the public
standards that define them.
"""
import random
import string

LABELS = ["billing", "access", "network", "storage", "devices", "dispatch", "returns", "accounts"]
PLACES = ["Tarnby", "Osterholt", "Vik", "Lindau", "Porto", "Graz", "Brno", "Leeds", "Aarhus", "Turku", "Split", "Namur", "Cork",
          "Bergen", "Uppsala", "Gdansk", "Padua", "Lugano", "Bilbao", "Rennes", "Utrecht", "Essen", "Malmo", "Tartu"]
THINGS = ["the label printer", "our delivery route", "the cold store", "a handheld scanner", "the monthly invoice", "the loading bay",
          "my account page", "the parcel locker", "the customs form", "the return slip", "the night batch", "the warehouse map",
          "a pallet of spare parts", "the driver app", "the gate barrier", "the weighing scale", "the stock list", "our shared inbox",
          "the price table", "the backup tape", "the access badge", "the temperature log", "the conveyor belt", "the forklift charger",
          "the packing station", "a customer refund", "the tunnel to head office", "the archive folder", "the duty roster",
          "the signature pad", "the wireless bridge", "the barcode template", "the credit note", "the yard camera"]
PEOPLE = ["the night shift", "our new clerk", "two drivers", "the site manager", "a customer in {p}", "the whole team in {p}", "nobody here",
          "my colleague", "the temp from the agency", "an auditor", "the carrier", "our accountant", "the people at gate {n}"]
EVENTS = ["stopped answering", "shows yesterday's figures", "was moved without notice", "prints every second page upside down",
          "asks for a code that nobody has", "lost its settings after the update", "is slower than a week ago", "rejects valid entries",
          "was charged for twice", "beeps and then goes dark", "cannot be opened from {p}", "disagrees with the paper copy",
          "sorts parcels into the wrong lane", "keeps a door locked", "drops out whenever it rains", "counts one crate too many",
          "came back empty from repair", "is missing from the overview", "freezes at {n} percent", "was closed by mistake"]
TIMES = ["since Monday", "since about {h} o'clock", "for {n} days", "after the last release", "every time it gets busy", "right after lunch",
         "since the move to {p}", "whenever {x} is used", "as of this morning", "on and off for weeks", "since 12.03.2024", "since 2024-11-08",
         "at 08:30:15 sharp"]
EFFECTS = ["{w} has to wait", "{w} wrote it down by hand", "we send trucks out half empty", "{w} called three times already",
           "the queue reaches gate {n}", "orders of {p} are late", "{w} now borrows {x} from {p}", "we pay for overtime", "it costs us {n}.50 EUR a day",
           "{w} asks for a credit of 1,{k}.00 EUR", "we had to reboot {x}", "the report for {p} is wrong"]
REQUESTS = ["Please have a look at {x}.", "Could {w} be told what to do?", "Can you send somebody to {p}?", "What should {w} do until then?",
            "We would like {x} replaced.", "Is there a way around it?", "Please call back before {h} o'clock.", "Do we need a new contract for {x}?",
            "Tell me if you need the log of {x}.", "Should I close {x} for now?"]
ASIDES = ["The error is MFY-{k}.", "Order {big} is affected.", "We run version 4.{n}.2 here.", "The address inside is 192.168.{n}.{h}.",
          "Serial number AB-{big}-{n}.", "The job id is {uuid}.", "Commit {sha} did not help.", "Room {n}-{h}-{n}, second floor.",
          "Der Fehler steht auch im Protokoll, aber niemand weiß warum.", "Il manque aussi une étiquette, c'est étonnant.",
          "También falta una página del informe, señor.", "It says 'password expired' but mine is new.", "The token ring of {p} is fine.",
          "See https://help.orbivo.io/articles/{k} for the steps.", "My number there is {k}/{n}.", "The secret is out: {x} is too old.",
          "Batch 2024-{n}-{k} again 🙂", "Ratio 3.14159 to 2.71828, says {w}.", "ISO 9001:2015 wants it that way.", "Lot #{big}, 10:{n}–11:{n}.",
          "Use `lora list | head -{n}` to see it.", "def fix(x): return x * {n}", "The SKU is SK{k}-{n}.", "It is {n} °C in there – too warm!"]


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def fill(self, text):
        r = self.random
        while "{" in text:
            text = text.replace("{p}", r.choice(PLACES), 1).replace("{w}", r.choice(PEOPLE), 1).replace("{x}", r.choice(THINGS), 1)
            text = text.replace("{n}", str(r.randint(11, 98)), 1).replace("{h}", str(r.randint(5, 22)), 1).replace("{k}", str(r.randint(100, 999)), 1)
            text = text.replace("{big}", str(r.randint(10**6, 10**8 - 1)), 1)
            text = text.replace("{uuid}", "-".join("".join(r.choices("0123456789abcdef", k=k)) for k in (8, 4, 4, 4, 12)), 1)
            text = text.replace("{sha}", "".join(r.choices("0123456789abcdef", k=40)), 1)
        return text

    def ticket(self, sentences=None):
        r = self.random
        parts = [f"{r.choice(THINGS)} in {r.choice(PLACES)} {r.choice(EVENTS)} {r.choice(TIMES)}"]
        for _ in range((sentences or r.randint(2, 4)) - 1):
            parts.append(r.choice([lambda: r.choice(EFFECTS), lambda: r.choice(REQUESTS), lambda: r.choice(ASIDES),
                                   lambda: f"{r.choice(PEOPLE)} says that {r.choice(THINGS)} {r.choice(EVENTS)}"])())
        texts = [self.fill(part) for part in parts]
        return " ".join(text[0].upper() + text[1:] + ("" if text[-1] in ".?!)🙂" else ".") for text in texts)

    def near(self, text):
        """The same ticket as somebody would send it again: one small change."""
        r = self.random
        words = text.split(" ")
        place = r.randrange(1, len(words))
        kind = r.randrange(6)
        if kind == 0:
            word = words[place]
            words[place] = word[1:] + word[0] if len(word) > 1 else word + "s"
        elif kind == 1:
            words.insert(place, r.choice(["please", "really", "also", "still"]))
        elif kind == 2:
            return text.upper()
        elif kind == 3:
            return text.replace(" ", "  ") + "\n"
        elif kind == 4:
            return text.rstrip(".?!") + r.choice(["!", " ...", " Thanks", ", thanks."])
        else:
            words[place] = r.choice(["something", "one", "this"])
        return " ".join(words)


# Numbers and tokens, from the standards and the issuers' documentation.

def luhn_digit(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def secrets(r):
    """One credential or piece of personal data after another, each of another kind."""
    alnum, lower, upper = string.ascii_letters + string.digits, string.ascii_lowercase + string.digits, string.ascii_uppercase + string.digits
    many = lambda alphabet, count: "".join(r.choices(alphabet, k=count))
    digits = lambda count: many(string.digits, count)

    def card():
        body = r.choice(["4", "51", "55", "2221"])
        body += digits(15 - len(body))
        number = body + luhn_digit(body)
        return number if r.random() < 0.5 else " ".join(number[i:i + 4] for i in range(0, 16, 4))

    def iban():
        country, length = r.choice([("DE", 18), ("AT", 16), ("FR", 23), ("NL", None), ("GB", None)])
        body = digits(length) if length else many(string.ascii_uppercase, 4) + digits(10 if country == "NL" else 14)
        number = int("".join(str(int(c, 36)) for c in body + country + "00"))
        text = f"{country}{98 - number % 97:02}{body}"
        return text if r.random() < 0.5 else " ".join(text[i:i + 4] for i in range(0, len(text), 4))

    def ean(prefix, count):
        body = prefix + digits(count - len(prefix) - 1)
        return body + str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body)) % 10)

    def cpf():
        body = [int(d) for d in digits(9)]
        for start in (10, 11):
            body.append(sum(d * w for d, w in zip(body, range(start, 1, -1))) * 10 % 11 % 10)
        text = "".join(map(str, body))
        return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"

    def nir():
        body = f"{r.choice('12')}{digits(2)}{r.randint(1, 12):02}{r.randint(1, 95):02}{digits(3)}{digits(3)}"
        return body + f"{97 - int(body) % 97:02}"

    def dni():
        number = digits(8)
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def swedish():
        body = f"{r.randint(40, 99)}{r.randint(1, 12):02}{r.randint(1, 28):02}{digits(3)}"
        return f"{body[:6]}-{body[6:]}{luhn_digit(body)}"

    def ahv():
        text = ean("756", 13)
        return f"{text[:3]}.{text[3:7]}.{text[7:11]}.{text[11:]}"

    first = ["anna", "ben", "chloe", "dario", "elif", "femi", "gosia", "hugo"]
    last = ["keller", "okafor", "lindqvist", "moreau", "novak", "oneill", "petrov", "rossi"]
    host = ["gmail.com", "posteo.de", "orbivo.io", "mail.vik-logistics.net", "yahoo.co.uk"]
    makers = [
        ("aws_access_key_id", lambda: r.choice(["AKIA", "ASIA"]) + many("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
        ("github_token", lambda: r.choice(["ghp_", "gho_", "ghs_"]) + many(alnum, 36)),
        ("gitlab_token", lambda: "glpat-" + many(alnum, 20)), ("slack_token", lambda: f"xoxb-{digits(11)}-{digits(12)}-{many(alnum, 24)}"),
        ("stripe_key", lambda: "sk_live_" + many(alnum, 24)), ("openai_key", lambda: "sk-proj-" + many(alnum, 48)),
        ("anthropic_key", lambda: "sk-ant-api03-" + many(alnum + "-_", 90) + "AA"), ("google_api_key", lambda: "AIza" + many(alnum + "-_", 34) + "x"),
        ("hugging_face_token", lambda: "hf_" + many(string.ascii_letters, 34)), ("npm_token", lambda: "npm_" + many(alnum, 36)),
        ("sendgrid_key", lambda: f"SG.{many(alnum, 22)}.{many(alnum, 43)}"), ("twilio_key", lambda: "SK" + many("0123456789abcdef", 32)),
        ("telegram_token", lambda: f"{r.randint(10**8, 10**10 - 1)}:AA{many(alnum, 33)}"),
        ("digitalocean_token", lambda: "dop_v1_" + many("0123456789abcdef", 64)), ("docker_token", lambda: "dckr_pat_" + many(alnum, 27)),
        ("json_web_token", lambda: f"eyJ{many(alnum, 33)}.eyJ{many(alnum, 40)}.{many(alnum, 43)}"),
        ("private_key", lambda: "-----BEGIN OPENSSH PRIVATE KEY-----\n" + many(alnum, 64) + "\n-----END OPENSSH PRIVATE KEY-----"),
        ("url_password", lambda: f"postgres://svc:{many(alnum, 12)}@db{digits(1)}.orbivo.internal:5432/stock"),
        ("password_assignment", lambda: r.choice(["password: ", "DB_PASSWORD=", "pwd = "]) + many(lower, 7) + digits(2) + many(upper, 3)),
        ("bearer_token", lambda: "Authorization: Bearer " + many(lower, 19) + digits(1) + many(lower, 20)),
        ("email_address", lambda: f"{r.choice(first)}.{r.choice(last)}{r.choice(['', digits(2)])}@{r.choice(host)}"),
        ("phone_number", lambda: r.choice([f"+49 17{digits(1)} {r.randint(1, 9)}{digits(6)}", f"+44 20 7{digits(3)} {digits(4)}", f"({r.randint(201, 989)}) {r.randint(200, 999)}-{digits(4)}",
                                           f"+33 6 {digits(2)} {digits(2)} {digits(2)} {digits(2)}"])),
        ("credit_card", card), ("iban", iban), ("us_ssn", lambda: f"{r.randint(100, 665)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}"),
        ("uk_nino", lambda: r.choice(["AB", "CE", "HJ", "JR", "LM", "PA", "SW", "YX"]) + digits(6) + many("ABCD", 1)),
        ("br_cpf", cpf), ("fr_nir", nir), ("es_dni", dni), ("se_personnummer", swedish), ("ch_ahv", ahv),
        ("date_of_birth", lambda: f"born {r.randint(1, 28):02}.{r.randint(1, 12):02}.19{r.randint(40, 99)}"),
        ("ip_address", lambda: f"{r.choice([81, 93, 145, 203])}.{r.randint(20, 250)}.{r.randint(120, 250)}.{r.randint(1, 250)}"),
        ("mac_address", lambda: ":".join(many("0123456789abcdef", 2) for _ in range(6))),
    ]
    while True:
        r.shuffle(makers)
        for kind, maker in makers:
            yield kind, maker()

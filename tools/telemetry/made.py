"""made.py - names, numbers and moments that are made up, the same on every run.

Everything comes from one seeded generator a directory, so a change in one directory does not
move the others. Addresses are of the documentation ranges (RFC 5737), the account is the one that
AWS documentation uses, users are of example.com, and key ids end in EXAMPLE.
"""
import datetime
import random
import string

ACCOUNT = "111122223333"
SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
TENANT = "c2a4e5d0-93b7-4f6e-8d21-5be07a1f4c39"
DAY = datetime.datetime(2025, 4, 1, tzinfo=datetime.timezone.utc)

HEX = "0123456789abcdef"


class Made:
    """A source of invented values."""

    def __init__(self, seed):
        self.random = random.Random("strandline/T1578.004/" + seed)

    def hex(self, count):
        return "".join(self.random.choice(HEX) for _ in range(count))

    def resource(self, prefix):
        """An id such as vol-0a2e548958718390d."""
        return prefix + "-0" + self.hex(16)

    def uuid(self):
        variant = self.random.choice("89ab")
        return "-".join((self.hex(8), self.hex(4), "4" + self.hex(3), variant + self.hex(3),
                         self.hex(12)))

    def token(self, count):
        alphabet = string.ascii_letters + string.digits
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def capitals(self, count):
        alphabet = string.ascii_uppercase + "234567"
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def moment(self, first="00:00:00", last="23:45:00"):
        """A moment of the day between two times of day, to the microsecond."""
        start, end = at(first), at(last)
        span = (end - start).total_seconds()
        return start + datetime.timedelta(microseconds=int(self.random.random() * span * 1e6))

    def pick(self, items):
        return self.random.choice(items)


def at(text):
    """A time of the day the telemetry plays on: "14:03:27" or "14:03:27.250"."""
    clock, _, fraction = text.partition(".")
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    micros = int((fraction + "000000")[:6])
    return DAY + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds,
                                    microseconds=micros)


def after(moment, seconds):
    return moment + datetime.timedelta(seconds=seconds)


def iso_seconds(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_sevenths(moment, digit):
    """Seven decimals, as Azure writes them; the seventh is given."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + str(digit) + "Z"


def epoch_ms(moment):
    return int(moment.timestamp() * 1000)

"""An identifier is one fact and one base: two things never share a name, one thing never has two."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from generator.mapping.checks_clients import LONGEST_CUSTOMER, LONGEST_IDENTIFIER
from generator.metering.identifiers import identifier


@dataclass(frozen=True)
class Named:
    """What a name is made of."""

    size: str
    start: datetime
    customer: str
    digest: str
    base: int
    again: str

    @property
    def name(self) -> str:
        return identifier(self.size, self.start, self.customer, self.digest, self.base, self.again)


STARTS = st.integers(0, 24 * 400).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * hours))
PARTS = {
    "size": st.sampled_from(["day", "hour"]),
    "start": STARTS,
    "customer": st.from_regex(r"cus_[A-Za-z0-9]{1,24}", fullmatch=True),
    "digest": st.from_regex(r"[0-9a-f]{10}", fullmatch=True),
    "base": st.integers(0, 10**15 - 1),
    "again": st.from_regex(r"([a-z0-9]{1,8})?", fullmatch=True),
}
NAMED = st.builds(Named, **PARTS)


@given(one=NAMED, part=st.sampled_from(sorted(PARTS)), data=st.data())
def test_a_change_of_any_part_is_another_name(one: Named, part: str, data: st.DataObject) -> None:
    other = replace(one, **{part: data.draw(PARTS[part])})
    assert (one.name == other.name) == (astuple(one) == astuple(other))


@given(one=NAMED, other=NAMED)
def test_two_things_never_share_a_name(one: Named, other: Named) -> None:
    assert one == other or one.name != other.name


@given(one=NAMED)
def test_a_name_can_be_read_back(one: Named) -> None:
    start, rest = one.name[1:18], one.name[19:]
    customer, digest, base, *again = rest.split(":")
    assert (one.name[0], datetime.fromisoformat(start)) == (one.size[0], one.start)
    assert (customer, digest, int(base), "".join(again)) == (one.customer, one.digest, one.base, one.again)


@given(one=NAMED, hours=st.integers(-14, 14))
def test_the_zone_in_which_a_start_is_written_is_no_part_of_the_name(one: Named, hours: int) -> None:
    elsewhere = one.start.astimezone(timezone(timedelta(hours=hours)))
    assert replace(one, start=elsewhere).name == one.name


@given(one=NAMED)
def test_the_longest_customer_that_a_mapping_may_name_leaves_just_enough_for_the_rest(one: Named) -> None:
    customer = "cus_".ljust(LONGEST_CUSTOMER, "Z")
    longest = replace(one, customer=customer, base=10**15 - 1, again="z" * 8)
    assert len(longest.name) == LONGEST_IDENTIFIER
    assert one.name.isascii()
    assert not set(one.name) & set(" \t\r\n\"'")

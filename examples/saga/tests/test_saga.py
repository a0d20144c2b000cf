"""A booking, and each way it can fail: afterwards everything that was taken is back."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

GOOD_CARD, DECLINED_CARD, UNAVAILABLE_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0009"
TAKEN = ["Reserve Flight", "Reserve Hotel", "Charge Card", "Confirm"]


class Travel:
    """A flight and a hotel of one test's own."""

    def __init__(self, table: Any, bookings: Any, seats: int, rooms: int) -> None:
        self.flight, self.hotel, self.id = (f"{kind}-{uuid.uuid4()}" for kind in ("flight", "hotel", "booking"))
        self._table, self._bookings = table, bookings
        table.put_item(Item={"id": self.flight, "remaining": seats})
        table.put_item(Item={"id": self.hotel, "remaining": rooms})

    def order(self, card: str = GOOD_CARD) -> dict[str, str]:
        return {"id": self.id, "flight": self.flight, "hotel": self.hotel, "card": card}

    def left(self) -> tuple[int, int]:
        items = (self._table.get_item(Key={"id": each})["Item"] for each in (self.flight, self.hotel))
        seats, rooms = (int(item["remaining"]) for item in items)
        return seats, rooms

    def is_booked(self) -> bool:
        return "Item" in self._bookings.get_item(Key={"id": self.id})


@pytest.fixture
def travel(stack: Any, clients: Any) -> Callable[..., Travel]:
    tables = clients.resource("dynamodb")
    stock, bookings = tables.Table(stack.StockName), tables.Table(stack.BookingsName)
    return lambda seats=1, rooms=1: Travel(stock, bookings, seats, rooms)


def test_a_booking_takes_a_seat_and_a_room(state_machine: Any, travel: Callable[..., Travel]) -> None:
    trip = travel()

    outcome = state_machine().start(trip.order()).wait()

    assert outcome.succeeded
    assert outcome.path == [*TAKEN, "Booked"]
    assert (trip.left(), trip.is_booked()) == ((0, 0), True)


def test_without_a_seat_nothing_has_to_be_undone(state_machine: Any, travel: Callable[..., Travel]) -> None:
    trip = travel(seats=0)

    outcome = state_machine().start(trip.order()).wait()

    assert outcome.path == ["Reserve Flight", "Booking Failed"]
    assert outcome.error == "DynamoDB.ConditionalCheckFailedException"
    assert (trip.left(), trip.is_booked()) == ((0, 1), False)


def test_without_a_room_the_seat_is_given_back(state_machine: Any, travel: Callable[..., Travel]) -> None:
    trip = travel(rooms=0)

    outcome = state_machine().start(trip.order()).wait()

    assert outcome.path == ["Reserve Flight", "Reserve Hotel", "Cancel Flight", "Booking Failed"]
    assert (trip.left(), trip.is_booked()) == ((1, 0), False)


@pytest.mark.parametrize(
    ("card", "error", "attempts"),
    [(DECLINED_CARD, "CardDeclinedError", 1), (UNAVAILABLE_CARD, "PaymentUnavailable", 3)],
)
def test_without_a_payment_room_and_seat_are_given_back(
    state_machine: Any, travel: Callable[..., Travel], card: str, error: str, attempts: int
) -> None:
    trip = travel()

    outcome = state_machine().start(trip.order(card)).wait()

    assert outcome.path == [*TAKEN[:3], "Cancel Hotel", "Cancel Flight", "Booking Failed"]
    assert outcome.error == error
    assert outcome.state("Charge Card").attempts == attempts
    assert (trip.left(), trip.is_booked()) == ((1, 1), False)


def test_a_booking_that_exists_is_refunded_and_given_back(state_machine: Any, travel: Callable[..., Travel]) -> None:
    trip = travel(seats=2, rooms=2)
    assert state_machine().start(trip.order()).wait().succeeded

    outcome = state_machine().start(trip.order()).wait()

    assert outcome.path == [*TAKEN, "Refund", "Cancel Hotel", "Cancel Flight", "Booking Failed"]
    assert trip.left() == (1, 1)

"""Products: generated ones, made from the seed and their number, with changes kept beside them."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from syncata.simulator.clock import Clock

Record = dict[str, Any]

HOUR = 3600
KINDS = ("Mug", "Notebook", "Poster", "Course", "Membership", "Gift card", "Workshop", "Guide")
STYLES = ("Plain", "Large", "Blue", "Signed", "Early", "Family", "Yearly", "Little")
CURRENCIES = ("usd", "eur", "gbp", "jpy", "kwd")
PLAIN: Record = {
    "object": "product",
    "active": True,
    "default_price": None,
    "description": None,
    "images": [],
    "livemode": False,
    "marketing_features": [],
    "metadata": {},
    "shippable": None,
    "statement_descriptor": None,
    "tax_code": None,
    "unit_label": None,
    "url": None,
}


class Products:
    """The products of one account, in the order in which they were made."""

    def __init__(self, size: int, seed: int, clock: Clock) -> None:
        """Hold `size` generated products, one made each hour until now."""
        self._size = size
        self._seed = seed
        self._clock = clock
        self._began = self._now() - size * HOUR
        self._changed: dict[str, Record] = {}
        self._gone: set[str] = set()
        self._added: dict[str, int] = {}

    def __len__(self) -> int:
        """How many there are."""
        return self._size + len(self._added) - len(self._gone)

    def find(self, product_id: str) -> Record | None:
        """Return a product by id; None where there is none."""
        if product_id in self._gone or self._place(product_id) is None:
            return None
        return self._changed.get(product_id) or self._generated(self._number(product_id))

    def newest(self, after: str | None = None) -> Iterator[Record]:
        """Yield products, the newest first; those made before `after`, which must be there."""
        last = self._size + len(self._added) if after is None else self._place(after)
        assert last is not None
        made = list(self._added)
        for place in range(last - 1, -1, -1):
            generated = place < self._size
            found = self.find(self._id(place) if generated else made[place - self._size])
            if found is not None:
                yield found

    def put(self, product_id: str, fields: Record) -> Record:
        """Have a product with these fields, and plain ones else; a new one where there was none."""
        known = self.find(product_id)
        if known is None:
            self._gone.discard(product_id)
            if self._place(product_id) is None:
                self._added[product_id] = self._size + len(self._added)
        created = known["created"] if known else self._now()
        return self._keep(
            {"id": product_id, **PLAIN, "name": product_id, "created": created, **fields}
        )

    def patch(self, product_id: str, fields: Record) -> Record | None:
        """Change some fields of a product; None where there is none."""
        known = self.find(product_id)
        return None if known is None else self._keep(known | fields)

    def remove(self, product_id: str) -> bool:
        """Take a product away; whether there was one."""
        known = self.find(product_id) is not None
        if known:
            self._gone.add(product_id)
        return known

    def _keep(self, product: Record) -> Record:
        self._changed[product["id"]] = product = product | {"updated": self._now()}
        return product

    def _now(self) -> int:
        return self._clock.milliseconds() // 1000

    def _id(self, number: int) -> str:
        return f"prod_{self._seed:04d}{number:010d}"

    def _number(self, product_id: str) -> int:
        return int(product_id[-10:])

    def _place(self, product_id: str) -> int | None:
        """Return the place in the order of making; None for an id that nothing ever had."""
        if product_id in self._added:
            return self._added[product_id]
        digits = product_id[-10:]
        number = int(digits) if digits.isascii() and digits.isdigit() else self._size
        return number if number < self._size and product_id == self._id(number) else None

    def _generated(self, number: int) -> Record:
        luck = blake2b(b"%d:%d" % (self._seed, number)).digest()
        created, name = self._began + number * HOUR, f"{STYLES[luck[0] % 8]} {KINDS[luck[1] % 8]}"
        return {
            "id": self._id(number),
            **PLAIN,
            "name": f"{name} {number + 1}",
            "active": luck[2] % 10 != 0,
            "created": created,
            "updated": created,
            "default_price": _price(self._id(number), luck) if luck[3] % 8 else None,
            "description": f"{name}, as good as number {luck[4]}." if luck[5] % 4 else None,
            "images": [f"https://files.example.com/{number}.png"] if luck[6] % 3 else [],
            "url": f"https://shop.example.com/{number}" if luck[7] % 2 else None,
        }


def _price(product_id: str, luck: bytes) -> Record:
    """Return a price: once or again and again, at times with fractions of the smallest unit."""
    currency, amount = CURRENCIES[luck[8] % 5], 100 + luck[9] * 50
    fraction = luck[10] % 16 == 0
    interval = {"interval": ("month", "year")[luck[12] % 2], "interval_count": 1 + luck[13] % 3}
    return {
        "id": f"price_{product_id[5:]}",
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "currency": currency,
        "product": product_id,
        "recurring": interval if luck[11] % 3 == 0 else None,
        "type": "recurring" if luck[11] % 3 == 0 else "one_time",
        "unit_amount": None if fraction else amount,
        "unit_amount_decimal": f"{amount}.5" if fraction else str(amount),
    }

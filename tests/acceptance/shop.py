"""A project between a simulated Stripe and a simulated Airtable, for the second packaged spec."""

from collections import Counter
from pathlib import Path
from typing import Any, cast

from tests.acceptance.sides import Effects, Side
from tests.acceptance.world import REPOSITORY, World

from syncata.simulator import FACTS, Running

SPEC = REPOSITORY / "mappings" / "stripe-airtable.yaml"
SECRETS = {
    "STRIPE_KEY": FACTS["stripe"]["secret key"],
    "AIRTABLE_TOKEN": FACTS["airtable"]["token"],
}
NO_PRICE: Any = None


def price(amount: str, currency: str = "usd", every: tuple[int, str] | None = None) -> Any:
    """A price of so many of the currency's smallest unit, once or each `every`."""
    recurring = {"interval": every[1], "interval_count": every[0]} if every else None
    whole = int(amount) if amount.isdigit() else None
    return {
        "id": "price_1",
        "object": "price",
        "currency": currency,
        "type": "recurring" if every else "one_time",
        "recurring": recurring,
        "unit_amount": whole,
        "unit_amount_decimal": amount,
    }


class Stripe(Side):
    """The source."""

    def put(self, product: str, **fields: Any) -> None:
        """Have a product with exactly these fields, and plain ones else."""
        whole = {"name": f"Product {product}", "default_price": price("1000")} | fields
        self.control("PUT", f"products/{product}", whole)

    def fill(self, number: int) -> None:
        """Have products p1, p2, …"""
        for place in range(1, number + 1):
            self.put(f"p{place}")

    def patch(self, *products: str, **fields: Any) -> None:
        """Change some fields of products."""
        for product in products:
            self.control("PATCH", f"products/{product}", fields)

    def remove(self, *products: str) -> None:
        """Take products away."""
        for product in products:
            self.control("DELETE", f"products/{product}")

    def products(self) -> dict[str, Any]:
        """Every product by id."""
        found = self.control("GET", "products?limit=1000000")["products"]
        return {product["id"]: product for product in found}


class Airtable(Side):
    """The target."""

    def rows(self) -> dict[str, Any]:
        """The cells of each row by its Stripe ID, or by the row's id where it has none."""
        found = self.control("GET", "rows")["rows"]
        rows = {row["fields"].get("Stripe ID", row["id"]): row["fields"] for row in found}
        assert len(rows) == len(found), "one product has two rows"
        return rows

    def ids(self) -> dict[str, str]:
        """The id of each row by its Stripe ID."""
        found = self.control("GET", "rows")["rows"]
        return {row["fields"].get("Stripe ID", ""): row["id"] for row in found}

    def archived(self) -> set[str]:
        """The Stripe IDs of the rows that are ticked as archived."""
        return {key for key, cells in self.rows().items() if cells.get("Archived")}

    def hand(self, action: str, **given: Any) -> Any:
        """Do something as somebody at the table would."""
        return self.control("POST", "hand", {"action": action, **given})

    def writes(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests that could change something, whether or not they did."""
        return [entry for entry in self.requests(since) if entry["method"] != "GET"]

    def effects(self, since: int = 0) -> Effects:
        """What requests changed from a mark on: Stripe IDs by kind of effect."""
        effects: Effects = {}
        for entry in self.writes(since):
            for kind, keys in entry.get("effect", {}).items():
                effects[kind] = sorted([*effects.get(kind, []), *keys])
        return effects


class Shop(World):
    """Two other simulators, and the connection `main` between them."""

    spec = SPEC
    secrets = tuple(SECRETS.values())

    def __init__(self, root: Path, stripe: Running, airtable: Running) -> None:
        self.stripe, self.airtable = Stripe(stripe), Airtable(airtable)
        super().__init__(root, cast("Any", self.stripe), cast("Any", self.airtable))

    def settings(self) -> dict[str, Any]:
        """What a connection between the two simulators must say."""
        return {
            "stripe_key": "${env:STRIPE_KEY}",
            "stripe_url": self.stripe.url,
            "airtable_token": "${env:AIRTABLE_TOKEN}",
            "airtable_url": self.airtable.url,
            "base_id": FACTS["airtable"]["base"],
            "table": FACTS["airtable"]["table"],
        }

    def synced(self, number: int) -> None:
        """Have so many products, and a row of each."""
        self.stripe.fill(number)
        assert self.run().confirmed("products") == {"create": number}

    def planned_now(self, *arguments: str, exit: int = 0) -> dict[str, int]:  # noqa: A002
        """What a run that ends so does with how many products."""
        return self.run(*arguments, exit=exit).planned("products")

    def statuses(self, since: int = 0) -> Counter[int]:
        """How often each status was answered, by both sides."""
        sides = (self.stripe, self.airtable)
        return Counter(entry["status"] for side in sides for entry in side.requests(since))

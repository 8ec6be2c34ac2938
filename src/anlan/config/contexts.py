"""The bounded contexts of the product, lowest first. A new one needs a line here, one in .importlinter and an ADR."""

CONTEXTS: tuple[str, ...] = (
    "platform",
    "accounts",
    "registry",
    "calling",
    "inspection",
    "sensing",
    "accident",
    "reporting",
)

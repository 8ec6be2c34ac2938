"""The house's own password rules, beside Django's."""

from __future__ import annotations

import secrets
import string
from typing import Any

from django.core.exceptions import ValidationError

from anlan.kernel.messages import render

_ALPHABETS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "#%+-=@")
_NEEDED = 3


def character_classes(password: str) -> int:
    """How many of four classes occur: upper case, lower case, digits, anything else.

    Source: GB/T 22239-2019 8.1.4.1 (complexity of identification data); the number of classes is a house rule.
    """
    return sum(
        (
            any(c in string.ascii_uppercase for c in password),
            any(c in string.ascii_lowercase for c in password),
            any(c in string.digits for c in password),
            any(c not in string.ascii_letters and c not in string.digits for c in password),
        )
    )


class CharacterClassesValidator:
    """Refuses a password with fewer than three of the four classes of characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Django's hook.

        Raises:
            ValidationError: "accounts.password.classes".
        """
        if character_classes(password) < _NEEDED:
            raise ValidationError(self.get_help_text(), code="accounts.password.classes")

    def get_help_text(self) -> str:
        """One sentence for the form."""
        return render("accounts.password.classes", {"needed": _NEEDED})


def initial_password(length: int = 12) -> str:
    """A random password with all four classes and no characters that look alike, to be read out once and changed.

    Args:
        length: characters, at least 10.
    """
    chars = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    chars += [secrets.choice("".join(_ALPHABETS[:3])) for _ in range(length - len(chars))]
    secrets.SystemRandom().shuffle(chars)
    return "".join(chars)

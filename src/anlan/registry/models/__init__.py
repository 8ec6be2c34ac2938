"""Tables of the registry, gathered for Django."""

from anlan.registry.models.enterprise import (
    Enterprise,
    EnterpriseClass,
    EnterpriseContact,
    EnterpriseName,
    EnterpriseTag,
    Premises,
)

__all__ = ["Enterprise", "EnterpriseClass", "EnterpriseContact", "EnterpriseName", "EnterpriseTag", "Premises"]

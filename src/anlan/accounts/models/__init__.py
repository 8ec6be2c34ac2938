"""Tables of accounts."""

from anlan.accounts.models.account import Account, ApiToken
from anlan.accounts.models.organisation import Organisation
from anlan.accounts.models.person import Person
from anlan.accounts.models.post import Deputy, Post
from anlan.accounts.models.role import Role, RoleRight

__all__ = ["Account", "ApiToken", "Deputy", "Organisation", "Person", "Post", "Role", "RoleRight"]

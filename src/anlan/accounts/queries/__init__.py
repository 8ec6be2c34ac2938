"""The only readers of accounts: scopes of a logged-in person, people and bodies, posts, logins."""

from anlan.accounts.queries.duty import (
    PostCard,
    people_expert,
    post_cards,
    posts_holding,
    posts_in_scope,
    posts_succeeding,
)
from anlan.accounts.queries.logins import (
    account_active,
    account_get,
    account_list,
    account_of,
    accounts_of,
    tokens_of,
)
from anlan.accounts.queries.people import (
    office_choices,
    organisation_get,
    organisation_list,
    organisation_names,
    person_get,
    person_list,
    person_names,
    role_by_word,
    role_get,
    role_list,
)
from anlan.accounts.queries.posts import deputies_of, open_work, post_get, posts_of, posts_standing_for
from anlan.accounts.queries.reach import (
    Standing,
    people_away,
    people_with_phone,
    person_phone,
    person_regions,
    posts_today,
)
from anlan.accounts.queries.recipients import PostPlace, posts_placed
from anlan.accounts.queries.scopes import Acting, acting_as, acting_posts, post_scopes, scope_of

__all__ = [
    "Acting",
    "PostCard",
    "PostPlace",
    "Standing",
    "account_active",
    "account_get",
    "account_list",
    "account_of",
    "accounts_of",
    "acting_as",
    "acting_posts",
    "deputies_of",
    "office_choices",
    "open_work",
    "organisation_get",
    "organisation_list",
    "organisation_names",
    "people_away",
    "people_expert",
    "people_with_phone",
    "person_get",
    "person_list",
    "person_names",
    "person_phone",
    "person_regions",
    "post_cards",
    "post_get",
    "post_scopes",
    "posts_holding",
    "posts_in_scope",
    "posts_of",
    "posts_placed",
    "posts_standing_for",
    "posts_succeeding",
    "posts_today",
    "role_by_word",
    "role_get",
    "role_list",
    "scope_of",
    "tokens_of",
]

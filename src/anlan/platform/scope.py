"""Who may see and do what: one value, made at the door for each request, and one policy for every query.

Scope = (rights, region prefix, office or all, own subjects or all). A right is a word such as `inspection.hazard.close`;
rights are data (accounts.Post). An enterprise's officer has `subjects` = the enterprises he belongs to and sees nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from anlan.kernel.errors import NotAllowed
from anlan.kernel.region_codes import region_ancestors
from anlan.platform.catalogue import CATALOGUE


def right_label(right: str) -> str:
    """What people call a right: its declared label, the right itself where none is declared."""
    return CATALOGUE.rights.get(right, right)


@dataclass(frozen=True, slots=True)
class Scope:
    """One person in one post, as every service and query sees them.

    Attributes:
        person: id of the person; "" for the system itself.
        post: id of the post they act in.
        name: shown in history pages on this screen only; entries store the id.
        rights: the rights of the post.
        region: prefix of the 12-digit code, 2, 4, 6, 9 or 12 digits; "" sees every region (system only).
        office: id of the one office whose supervised objects are seen; None: all offices.
        subjects: ids of the enterprises seen; None: not limited.
        on_behalf_of: id of the person this one deputises for.
        aliases: ids under which the person was registered as well, before the registrations were merged.
    """

    person: str
    post: str
    name: str
    rights: frozenset[str]
    region: str
    office: str | None = None
    subjects: frozenset[str] | None = None
    on_behalf_of: str | None = None
    aliases: frozenset[str] = frozenset()

    def who(self, person_id: str) -> str:
        """A stored id of a person, as this person's own where it is one of theirs: who was registered twice is one."""
        return self.person if person_id in self.aliases else person_id

    @property
    def ids(self) -> frozenset[str]:
        """Every id under which the person was registered, the one acted under among them."""
        return self.aliases | {self.person}

    @property
    def sees(self) -> tuple[str, str | None, frozenset[str] | None]:
        """What of the scope decides which rows it sees; people for whom it is equal share kept answers."""
        return self.region, self.office, self.subjects

    def may(self, right: str) -> bool:
        """Whether the post holds the right."""
        return right in self.rights

    def require(self, right: str) -> None:
        """Refuse unless the post holds the right.

        Raises:
            NotAllowed: "platform.not_allowed".
        """
        if right not in self.rights:
            raise NotAllowed("platform.not_allowed", right=right, label=right_label(right))

    def covers(self, region: str) -> bool:
        """Whether a 12-digit region code lies within this scope's region."""
        return region.startswith(self.region)

    def require_region(self, region: str) -> None:
        """Refuse to act in a region outside the scope.

        Raises:
            NotAllowed: "platform.region_outside".
        """
        if not self.covers(region):
            raise NotAllowed("platform.region_outside", region=region)


@dataclass(frozen=True, slots=True)
class ScopedBy:
    """Which columns of a model the scope limits; None: that part does not apply to the model.

    `region` is the stem: the model has columns `<region>`, `<region>6`, `<region>9` unless `prefixed` is False.
    `public`: everybody who is logged in may read it (code lists). `above`: rows of the regions above are seen too (a
    county's campaign by its towns), by everybody in them. `unowned`: rows of no office are seen by every office.
    """

    region: str | None = "region"
    office: str | None = None
    subject: str | None = None
    prefixed: bool = True
    public: bool = False
    above: bool = False
    unowned: bool = False


def region_filter(column: str, prefix: str, prefixed: bool = True) -> Q:
    """The condition that a 12-digit column starts with `prefix`, on indexed columns wherever there is one."""
    if not prefix:
        return Q()
    if len(prefix) == 12:
        return Q(**{column: prefix})
    if prefixed and len(prefix) in {6, 9}:
        return Q(**{f"{column}{len(prefix)}": prefix})
    return Q(**{f"{column}__gte": prefix.ljust(12, "0"), f"{column}__lte": prefix.ljust(12, "9")})


def limit(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """The rows of `queryset` that `scope` may see, by the model's `SCOPED_BY`.

    Raises:
        TypeError: the model declares no SCOPED_BY (a defect, never shown to a user).
    """
    model: type[Model] = queryset.model
    by: ScopedBy | None = getattr(model, "SCOPED_BY", None)
    if by is None:
        raise TypeError(f"{model.__name__} declares no SCOPED_BY")
    if by.public:
        return queryset
    condition = Q()
    if by.region:
        within = region_filter(by.region, scope.region, by.prefixed)
        if by.above and scope.region:
            return queryset.filter(within | Q(**{f"{by.region}__in": region_ancestors(scope.region.ljust(12, "0"))}))
        condition &= within
    if by.office and scope.office is not None:
        own = Q(**{by.office: scope.office})
        condition &= own | Q(**{f"{by.office}__isnull": True}) if by.unowned else own
    if scope.subjects is not None:
        # A person limited to own subjects never sees a table that has no such column.
        condition &= Q(**{f"{by.subject}__in": sorted(scope.subjects)}) if by.subject else Q(pk__in=[])
    return queryset.filter(condition)


SYSTEM = Scope(person="", post="", name="系统", rights=frozenset(), region="")

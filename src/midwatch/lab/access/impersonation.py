"""Acting as somebody else, through `Impersonate-*` headers.

Source: k8s.io/apiserver/pkg/endpoints/filters/impersonation.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from midwatch.lab.access.attributes import Attributes
from midwatch.lab.access.users import AUTHENTICATED, UNAUTHENTICATED, account_groups, split_account
from midwatch.lab.core.errors import internal
from midwatch.lab.core.registry import User

_EXTRA = "impersonate-extra-"


def impersonate(
    user: User, headers: Iterable[tuple[str, str]], authorize: Callable[[User, Attributes], None]
) -> User:
    """The user to act as: the user itself without such headers. `headers` may name a header several times.

    Raises what `authorize` raises (`ApiError` 403), and `ApiError` 500 for groups without a user.
    """
    found = [(name.lower(), value) for name, value in headers if name.lower().startswith("impersonate-")]
    if not found:
        return user
    name = next((value for key, value in found if key == "impersonate-user"), "")
    groups = tuple(value for key, value in found if key == "impersonate-group")
    uid = next((value for key, value in found if key == "impersonate-uid"), "")
    if not name:
        raise internal(f"requested {dict(found)} without impersonating a user")
    for each in _asked(name, groups, uid, found):
        authorize(user, each)
    return User(name, _groups(name, groups), uid)


def _asked(name: str, groups: tuple[str, ...], uid: str, found: list[tuple[str, str]]) -> Iterator[Attributes]:
    account = split_account(name)
    if account is not None:
        yield Attributes("impersonate", "", "serviceaccounts", namespace=account[0], name=account[1])
    else:
        yield Attributes("impersonate", "", "users", name=name)
    for each in groups:
        yield Attributes("impersonate", "", "groups", name=each)
    if uid:
        yield Attributes("impersonate", "authentication.k8s.io", "uids", name=uid)
    for key, value in found:
        if key.startswith(_EXTRA):
            what = key.removeprefix(_EXTRA)
            yield Attributes("impersonate", "authentication.k8s.io", "userextras", what, name=value)


def _groups(name: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    account = split_account(name)
    if account is not None and not groups:
        groups = account_groups(account[0])
    if name == "system:anonymous":
        return groups if UNAUTHENTICATED in groups else (*groups, UNAUTHENTICATED)
    if AUTHENTICATED in groups or UNAUTHENTICATED in groups:
        return groups
    return (*groups, AUTHENTICATED)

"""Who asks: names and groups of ServiceAccounts and of those who bring no credentials.

Source: k8s.io/apiserver/pkg/authentication/{serviceaccount/util,user/user}.go.
"""

from __future__ import annotations

from midwatch.lab.core.registry import User

AUTHENTICATED, UNAUTHENTICATED, MASTERS = "system:authenticated", "system:unauthenticated", "system:masters"
ANONYMOUS = User("system:anonymous", (UNAUTHENTICATED,))


def account_groups(namespace: str) -> tuple[str, ...]:
    """The groups of a namespace's ServiceAccounts."""
    return "system:serviceaccounts", f"system:serviceaccounts:{namespace}"


def account_user(namespace: str, account: str, uid: str = "") -> User:
    """A ServiceAccount as a user."""
    name = f"system:serviceaccount:{namespace}:{account}"
    return User(name, (*account_groups(namespace), AUTHENTICATED), uid)


def split_account(name: str) -> tuple[str, str] | None:
    """Namespace and name of a ServiceAccount's user name; None for any other user."""
    parts = name.split(":")
    if len(parts) != 4 or parts[:2] != ["system", "serviceaccount"] or not all(parts[2:]):
        return None
    return parts[2], parts[3]


def user_info(user: User, extra: dict[str, list[str]] | None = None) -> dict[str, object]:
    """A user as reviews show it (authentication/v1 UserInfo)."""
    found: dict[str, object] = {"username": user.name}
    if user.uid:
        found["uid"] = user.uid
    if user.groups:
        found["groups"] = list(user.groups)
    return {**found, "extra": extra} if extra else found

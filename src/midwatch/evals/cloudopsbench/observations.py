"""Component states, connection checks and the call graph of a case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck
from midwatch.domain.resource import Ref
from midwatch.evals.cloudopsbench.case import Case

_ACTIVE = re.compile(r"^\s*Active: (\S+)(?: \(([^)\n]*)\))?", re.MULTILINE)
_FROM_NODE = re.compile(
    r"^Debug Pod test results deployed on ([\w.-]+):(.*(?:\n(?!Debug Pod|===).*)*)", re.MULTILINE
)
_BRANCH = re.compile(r"^(?P<indent>[\s│]*)[├└]──\s*(?P<name>[\w.-]+)")
_DETAIL = 4000


def components(case: Case) -> Iterator[ComponentStatus]:
    """What `systemctl status` printed of each service on each node."""
    for each in case.of("CheckNodeServiceStatus"):
        node, component = each.argument("node_name"), each.argument("service_name")
        if not node or not component or not each.text:
            continue
        state = _ACTIVE.search(each.text)
        active = (
            None if state is None else state[1] == "reloading" or (state[1], state[2]) == ("active", "running")
        )
        yield ComponentStatus(node, component, active, each.text[:_DETAIL] + each.text[_DETAIL:][-_DETAIL:])


def connections(case: Case) -> Iterator[ConnectionCheck]:
    """Recorded connection attempts."""
    for each in case.of("CheckServiceConnectivity"):
        name, port = each.argument("service_name"), each.argument("port")
        if not name or not port.isdigit() or not each.text:
            continue
        service = Ref("Service", each.argument("namespace") or case.namespace, name)
        # A node of which nothing was recorded neither reached the Service nor failed to.
        told = ((node, text.lower()) for node, text in _FROM_NODE.findall(each.text) if text.strip())
        tried = {node: "succeeded" in text for node, text in told}
        yield ConnectionCheck(
            service,
            int(port),
            "succeeded" in each.text.lower(),
            each.text[:_DETAIL],
            reached_from=tuple(node for node, reached in tried.items() if reached),
            failed_from=tuple(node for node, reached in tried.items() if not reached),
        )


def calls(case: Case) -> Iterator[Call]:
    """Edges of the dependency trees: each indentation level calls the one below."""
    seen: set[tuple[str, str]] = set()
    for each in case.of("GetServiceDependencies"):
        root = each.argument("service_name")
        for caller, callee in _edges(root, each.text):
            if (caller, callee) not in seen:
                seen.add((caller, callee))
                yield Call(Ref("Service", case.namespace, caller), Ref("Service", case.namespace, callee))


def _edges(root: str, text: str) -> Iterator[tuple[str, str]]:
    stack: list[tuple[int, str]] = [(-1, root)]
    for line in text.splitlines():
        branch = _BRANCH.match(line)
        if branch is None:
            continue
        depth = len(branch["indent"])
        while stack[-1][0] >= depth:
            stack.pop()
        yield stack[-1][1], branch["name"]
        stack.append((depth, branch["name"]))

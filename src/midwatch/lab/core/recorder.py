"""Events, counted and aggregated as the event recorder does it (k8s.io/client-go/tools/record/events_cache.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.kinds import EVENT
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of, stamp, stamp_micro, uid_of
from midwatch.lab.core.store import Store

NORMAL, WARNING = "Normal", "Warning"
_SIMILAR, _WINDOW = 10, 600.0  # defaultAggregateMaxEvents, defaultAggregateIntervalInSeconds
_BURST, _REFILL = 25, 1 / 300  # defaultSpamBurst, defaultSpamQPS
_TTL = 3600.0  # kube-apiserver --event-ttl


class Recorder:
    """Writes events. Components of the new events API (`series=True`: the scheduler) fill `eventTime` instead."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._names: dict[tuple[str, ...], str] = {}
        self._similar: dict[tuple[str, ...], tuple[float, set[str]]] = {}
        self._spam: dict[tuple[str, str], tuple[float, float]] = {}
        self._order = 0
        clock.every(60.0, self._expire)

    def event(
        self,
        about: Mapping[str, Any],
        type_: str,
        reason: str,
        message: str,
        *,
        component: str,
        host: str = "",
        field: str = "",
        action: str = "",
        series: bool = False,
    ) -> None:
        """Record an event about an object. `field` is a `fieldPath` (`spec.containers{app}`); `host` the node."""
        uid = uid_of(about)
        if self._is_spam(component + host, uid):
            return
        message = self._aggregated((component, host, uid, field, type_, reason), message)[:1024]
        key = (component, host, uid, field, type_, reason, message)
        known = self._names.get(key)
        namespace = namespace_of(about) or "default"
        old = self._store.get(EVENT, namespace, known) if known else None
        if old is not None:
            self._store.replace(EVENT, self._repeated(old, series=series))
            return
        created = self._new(about, type_, reason, message, component, host, field, action, series=series)
        self._names[key] = name_of(created)
        self._store.create(EVENT, created)

    def _is_spam(self, source: str, uid: str) -> bool:
        tokens, last = self._spam.get((source, uid), (float(_BURST), self._clock.now))
        tokens = min(_BURST, tokens + (self._clock.now - last) * _REFILL)
        self._spam[source, uid] = (tokens - 1 if tokens >= 1 else tokens, self._clock.now)
        return tokens < 1

    def _aggregated(self, key: tuple[str, ...], message: str) -> str:
        last, messages = self._similar.get(key, (self._clock.now, set[str]()))
        if self._clock.now - last > _WINDOW:
            messages = set[str]()
        messages.add(message)
        self._similar[key] = (self._clock.now, messages)
        return message if len(messages) < _SIMILAR else f"(combined from similar events): {message}"

    def _repeated(self, old: Obj, *, series: bool) -> Obj:
        now = self._clock.now
        if series:
            before: Obj = old.get("series") or {"count": 1}
            return {**old, "series": {"count": before["count"] + 1, "lastObservedTime": stamp_micro(now)}}
        return {**old, "count": old["count"] + 1, "lastTimestamp": stamp(now)}

    def _new(
        self,
        about: Mapping[str, Any],
        type_: str,
        reason: str,
        message: str,
        component: str,
        host: str,
        field: str,
        action: str,
        *,
        series: bool,
    ) -> Obj:
        now = self._clock.now
        self._order += 1
        name = f"{name_of(about)}.{int(now * 1e9):x}"[:-6] + f"{self._order:06x}"
        target: Obj = {"kind": about["kind"], "apiVersion": about["apiVersion"], "name": name_of(about)}
        if namespace_of(about):
            target["namespace"] = namespace_of(about)
        target |= {"uid": uid_of(about), "resourceVersion": meta(about).get("resourceVersion", "")}
        if field:
            target["fieldPath"] = field
        head = {
            "name": name,
            "namespace": namespace_of(about) or "default",
            "uid": f"e{self._order:07x}-0000-4000-a000-{int(now):012x}",
            "creationTimestamp": stamp(now),
        }
        found: Obj = {"kind": "Event", "apiVersion": "v1", "metadata": head, "involvedObject": target}
        found |= {"reason": reason, "message": message, "type": type_}
        if series:
            return found | {
                "source": {},
                "firstTimestamp": None,
                "lastTimestamp": None,
                "eventTime": stamp_micro(now),
                "action": action or reason,
                "reportingComponent": component,
                "reportingInstance": f"{component}-{host or 'control-plane'}",
            }
        return found | {
            "source": {"component": component, **({"host": host} if host else {})},
            "firstTimestamp": stamp(now),
            "lastTimestamp": stamp(now),
            "count": 1,
            "eventTime": None,
            "reportingComponent": component,
            "reportingInstance": host,
        }

    def _expire(self) -> None:
        """Forget events that nobody repeated for an hour, in step with the API server's time to live."""
        oldest = stamp(self._clock.now - _TTL)
        for each in self._store.list(EVENT):
            if _last(each) < oldest:
                self._store.remove(EVENT, namespace_of(each), name_of(each))


def _last(event: Obj) -> str:
    series: Obj = event.get("series") or {}
    return series.get("lastObservedTime") or event.get("lastTimestamp") or event["eventTime"]

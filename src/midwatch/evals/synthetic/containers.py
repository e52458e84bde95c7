"""Containers of a template, and how each of them fares in a pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from midwatch.evals.synthetic.values import Obj, digest, part, stamp


def container(
    name: str,
    image: str,
    *,
    ports: Mapping[str, int] | None = None,
    env: Sequence[Obj] = (),
    requests: Mapping[str, str] | None = None,
    limits: Mapping[str, str] | None = None,
    **more: object,
) -> Obj:
    """A container; `more` are further API fields (camel case), such as `readinessProbe` or `command`."""
    found: Obj = {"name": name, "image": image}
    found["imagePullPolicy"] = "Always" if image.endswith(":latest") else "IfNotPresent"
    if ports:
        found["ports"] = [_port(each, number) for each, number in ports.items()]
    if env:
        found["env"] = list(env)
    resources: Obj = {}
    if limits:
        resources["limits"] = dict(limits)
    if requests:
        resources["requests"] = dict(requests)
    return found | {"resources": resources} | more


def _port(name: str, number: int) -> Obj:
    protocol = "UDP" if name.endswith("-udp") or name == "dns" else "TCP"
    return {"name": name, "containerPort": number, "protocol": protocol}


def env(name: str, value: str) -> Obj:
    """A variable with a value."""
    return {"name": name, "value": value}


def env_config(name: str, config: str, key: str) -> Obj:
    """A variable from a ConfigMap."""
    return {"name": name, "valueFrom": {"configMapKeyRef": {"name": config, "key": key}}}


def env_secret(name: str, secret: str, key: str) -> Obj:
    """A variable from a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def http_probe(path: str, port: int | str, **more: int) -> Obj:
    """An HTTP probe; `more` overrides its times (`periodSeconds=5`)."""
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}} | _times(more)


def tcp_probe(port: int | str, **more: int) -> Obj:
    """A TCP probe."""
    return {"tcpSocket": {"port": port}} | _times(more)


def _times(more: Mapping[str, int]) -> Obj:
    usual: Obj = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
    return {**{k: v for k, v in more.items() if k == "initialDelaySeconds"}, **usual, **more}


@dataclass(frozen=True, slots=True)
class Run:
    """How one container of a pod fares. `state` and `last` are API container states.

    `{pod}` in a waiting message becomes `<name>_<namespace>(<uid>)`, as the kubelet writes it.
    """

    state: Obj
    ready: bool = False
    started: bool = False
    restarts: int = 0
    last: Obj = field(default_factory=dict[str, object])


def running(since: datetime, *, ready: bool = True, restarts: int = 0, last: Obj | None = None) -> Run:
    """Runs since a time."""
    return Run({"running": {"startedAt": stamp(since)}}, ready, True, restarts, last or {})


def waiting(reason: str, message: str = "", *, restarts: int = 0, last: Obj | None = None) -> Run:
    """Waits to start."""
    state: Obj = {"reason": reason}
    if message:
        state["message"] = message
    return Run({"waiting": state}, restarts=restarts, last=last or {})


def ended(
    code: int, finished: datetime, *, lasted: timedelta = timedelta(seconds=3), reason: str = "", message: str = ""
) -> Obj:
    """The state of a container that ended; the reason follows from the exit code unless it is given."""
    state: Obj = {"exitCode": code, "reason": reason or ("Error" if code else "Completed")}
    if message:
        state["message"] = message
    state |= {"startedAt": stamp(finished - lasted), "finishedAt": stamp(finished)}
    state["containerID"] = f"containerd://{digest(str(code), stamp(finished), size=32)}"
    return {"terminated": state}


def finished(state: Obj, *, restarts: int = 0) -> Run:
    """Ended for good (a state of `ended`), as init containers and Jobs do."""
    return Run(state, ready=part(state, "terminated")["exitCode"] == 0, restarts=restarts)


def crash_looping(name: str, restarts: int, last: Obj, backoff: str = "5m0s") -> Run:
    """Waits between two crashes."""
    message = f"back-off {backoff} restarting failed container={name} pod={{pod}}"
    return waiting("CrashLoopBackOff", message, restarts=restarts, last=last)


def container_status(spec: Obj, run: Run, pod: str) -> Obj:
    """The status that the kubelet reports for a container of a pod (its long name in `pod`)."""
    name, image = str(spec["name"]), str(spec["image"])
    began = "waiting" not in run.state or bool(run.last)
    found: Obj = {"name": name, "state": _named(run.state, pod), "lastState": run.last, "ready": run.ready}
    found |= {"restartCount": run.restarts, "image": image}
    found["imageID"] = f"{image.rpartition(':')[0] or image}@sha256:{digest(image, size=32)}" if began else ""
    if began:
        found["containerID"] = f"containerd://{digest(pod, name, str(run.restarts), size=32)}"
    found["started"] = run.started
    return found


def _named(state: Obj, pod: str) -> Obj:
    if "{pod}" not in str(state.get("waiting", "")):
        return state
    waits = part(state, "waiting")
    return {"waiting": waits | {"message": str(waits["message"]).replace("{pod}", pod)}}

"""PromQL of the questions. All aggregates end with the labels `namespace` and `workload`, or with a node's.

Where two reporters tell of the same call, the caller's counts: it sees the network and what never arrived.
"""

from __future__ import annotations

from dataclasses import dataclass

WINDOW = "2m"
OWNERS = "namespace_workload_pod:kube_pod_owner:relabel"
_POD = "(.+?)(?:-[a-f0-9]{6,10})?-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9]+)"
"""Names of pods: workload, hash of the template, random end; or an ordinal."""
_CONTAINER_ID = "/k8s/([^/]+)/([^/]+)/.*"
_FAILED = '"5..|0"'
_GRPC_FAILED = '"2|4|8|13|14|15"'
_OTEL_LABELS = "service_name, service_namespace, k8s_namespace_name, k8s_deployment_name, job, namespace"


@dataclass(frozen=True, slots=True)
class Shape:
    """How series are joined to workloads and nodes, by what metrics there are."""

    names: frozenset[str]

    def by_workload(self, op: str, inner: str, parameter: str = "") -> str:
        """Series of pods, aggregated by workload: by the recorded owners, else by the names of the pods."""
        if OWNERS in self.names:
            owners = f"max by (namespace, pod, workload, workload_type) ({OWNERS})"
            joined = f"{inner} * on (namespace, pod) group_left (workload, workload_type) {owners}"
            return f"{op} by (namespace, workload, workload_type) ({parameter}{joined})"
        named = _renamed(inner, "workload", "$1", "pod", "(.+)")
        return f"{op} by (namespace, workload) ({parameter}{_renamed(named, 'workload', '$1', 'pod', _POD)})"

    def by_callee(self, op: str, inner: str, parameter: str = "") -> str:
        """Series of connections, aggregated by the workload of the pod that they lead to."""
        pods = _renamed('kube_pod_info{host_network!="true"}', "ip", "$1", "pod_ip", "(.+)")
        called = f"topk by (ip) (1, max by (namespace, pod, ip) ({pods}))"
        sent = _renamed(inner, "ip", "$1", "actual_destination", "([^:]+)(?::.*)?")
        edges = f"sum by (ip, container_id) ({sent})" if op == "sum" else f"max by (ip, container_id) ({sent})"
        return self.by_workload(op, f"({edges} * on (ip) group_left (namespace, pod) {called})", parameter)

    def by_node(self, op: str, inner: str) -> str:
        """Series of node exporters."""
        return f"{op} by (node, instance) ({inner})"


def rate(metric: str, selector: str = "") -> str:
    """The growth of a counter in a second."""
    return f"rate({metric}{selector}[{WINDOW}])"


def _renamed(inner: str, target: str, value: str, source: str, pattern: str) -> str:
    return f'label_replace({inner}, "{target}", "{value}", "{source}", "{pattern}")'


def percentage(part: str, whole: str) -> str:
    """What part of a whole, in per cent; nothing where the whole is nothing."""
    return f"100 * {part} / ({whole} > 0)"


def idle_to_busy(idle: str, whole: str) -> str:
    """Per cent that is not idle."""
    return f"100 - {percentage(idle, whole)}"


def _istio_sum(inner: str) -> str:
    return f"sum by (destination_workload_namespace, destination_workload) ({inner})"


def _istio(reporter: str, more: str = "") -> str:
    return f'{{reporter="{reporter}", destination_workload!="unknown"{more}}}'


def _either(expression: dict[str, str]) -> str:
    return f"({expression['source']}) or ({expression['destination']})"


_REPORTERS = ("source", "destination")


def istio_rate(metric: str) -> str:
    """Requests each second."""
    return _either({each: _istio_sum(rate(metric, _istio(each))) for each in _REPORTERS})


def istio_mean(metric: str) -> str:
    """Mean duration in milliseconds."""

    def mean(reporter: str) -> str:
        sums, counts = (_istio_sum(rate(f"{metric}_{end}", _istio(reporter))) for end in ("sum", "count"))
        return f"{sums} / ({counts} > 0)"

    return _either({each: mean(each) for each in _REPORTERS})


def istio_quantile(metric: str, share: float) -> str:
    """A quantile of the duration in milliseconds."""

    def quantile(reporter: str) -> str:
        buckets = rate(f"{metric}_bucket", _istio(reporter))
        by = "le, destination_workload_namespace, destination_workload"
        return f"histogram_quantile({share:g}, sum by ({by}) ({buckets})) >= 0"

    return _either({each: quantile(each) for each in _REPORTERS})


def istio_errors(metric: str) -> str:
    """Per cent of requests that failed: by HTTP status, or by gRPC status behind an HTTP 200."""

    def errors(reporter: str) -> str:
        http = rate(metric, _istio(reporter, f", response_code=~{_FAILED}"))
        grpc = rate(metric, _istio(reporter, f", response_code!~{_FAILED}, grpc_response_status=~{_GRPC_FAILED}"))
        whole = _istio_sum(rate(metric, _istio(reporter)))
        failed = f"({_istio_sum(f'{http} or {grpc}')} or 0 * {whole})"
        return percentage(failed, whole)

    return _either({each: errors(each) for each in _REPORTERS})


def otel_rate(metric: str) -> str:
    """Requests each second."""
    return f"sum by ({_OTEL_LABELS}) ({rate(metric)})"


def otel_mean(metric: str) -> str:
    """Mean duration in milliseconds."""
    return f"1000 * {otel_rate(f'{metric}_sum')} / ({otel_rate(f'{metric}_count')} > 0)"


def otel_quantile(metric: str, share: float) -> str:
    """A quantile of the duration in milliseconds."""
    buckets = f"sum by (le, {_OTEL_LABELS}) ({rate(f'{metric}_bucket')})"
    return f"1000 * histogram_quantile({share:g}, {buckets}) >= 0"


def otel_errors(metric: str) -> str:
    """Per cent of requests that were answered with 5xx."""
    failed = f"sum by ({_OTEL_LABELS}) ({rate(metric, '{http_response_status_code=~' + _FAILED + '}')})"
    return percentage(f"({failed} or 0 * {otel_rate(metric)})", otel_rate(metric))

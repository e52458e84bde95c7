# ruff: noqa: E501 - the texts of the rules are quoted as they are
"""Alerting rules of kube-prometheus that matter for applications, nodes, storage and DNS, and some for services.

Source: kubernetes-monitoring/kubernetes-mixin/alerts/*.libsonnet, prometheus/node_exporter/docs/node-mixin,
povilasv/coredns-mixin.
"""

from __future__ import annotations

from midwatch.lab.telemetry.alerting.rule import Rule
from midwatch.lab.telemetry.promql.parser import parse

_WARNING, _CRITICAL, _INFO = "warning", "critical", "info"
_M = 60.0


def _rule(group: str, name: str, severity: str, wait: float, query: str, summary: str, description: str) -> Rule:
    text = " ".join(query.split())
    notes = {
        "summary": summary,
        "description": description,
        "runbook_url": f"https://runbooks.prometheus-operator.dev/runbooks/kubernetes/{name.lower()}",
    }
    return Rule(name, text, parse(text), wait, {"severity": severity}, notes, group)


_APPS = (
    _rule(
        "kubernetes-apps", "KubePodCrashLooping", _WARNING, 15 * _M,
        'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
        "Pod is crash looping.",
        'Pod {{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }}) is in waiting state (reason: '
        '"CrashLoopBackOff").',
    ),
    _rule(
        "kubernetes-apps", "KubePodNotReady", _WARNING, 15 * _M,
        """sum by (namespace, pod) (max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"})
        * on (namespace, pod) group_left (owner_kind) topk by (namespace, pod)
        (1, max by (namespace, pod, owner_kind) (kube_pod_owner{owner_kind!="Job"}))) > 0""",
        "Pod has been in a non-ready state for more than 15 minutes.",
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} has been in a non-ready state for longer than 15 minutes.",
    ),
    _rule(
        "kubernetes-apps", "KubeDeploymentGenerationMismatch", _WARNING, 15 * _M,
        "kube_deployment_status_observed_generation != kube_deployment_metadata_generation",
        "Deployment generation mismatch due to possible roll-back",
        "Deployment generation for {{ $labels.namespace }}/{{ $labels.deployment }} does not match, this indicates "
        "that the Deployment has failed but has not been rolled back.",
    ),
    _rule(
        "kubernetes-apps", "KubeDeploymentReplicasMismatch", _WARNING, 15 * _M,
        """(kube_deployment_spec_replicas > kube_deployment_status_replicas_available)
        and (changes(kube_deployment_status_replicas_updated[10m]) == 0)""",
        "Deployment has not matched the expected number of replicas.",
        "Deployment {{ $labels.namespace }}/{{ $labels.deployment }} has not matched the expected number of replicas "
        "for longer than 15 minutes.",
    ),
    _rule(
        "kubernetes-apps", "KubeDeploymentRolloutStuck", _WARNING, 15 * _M,
        'kube_deployment_status_condition{condition="Progressing", status="false"} != 0',
        "Deployment rollout is not progressing.",
        "Rollout of deployment {{ $labels.namespace }}/{{ $labels.deployment }} is not progressing for longer than "
        "15 minutes.",
    ),
    _rule(
        "kubernetes-apps", "KubeStatefulSetReplicasMismatch", _WARNING, 15 * _M,
        """(kube_statefulset_status_replicas_ready != kube_statefulset_replicas)
        and (changes(kube_statefulset_status_replicas_updated[10m]) == 0)""",
        "StatefulSet has not matched the expected number of replicas.",
        "StatefulSet {{ $labels.namespace }}/{{ $labels.statefulset }} has not matched the expected number of "
        "replicas for longer than 15 minutes.",
    ),
    _rule(
        "kubernetes-apps", "KubeDaemonSetRolloutStuck", _WARNING, 15 * _M,
        """((kube_daemonset_status_current_number_scheduled != kube_daemonset_status_desired_number_scheduled)
        or (kube_daemonset_status_number_misscheduled != 0)
        or (kube_daemonset_status_updated_number_scheduled != kube_daemonset_status_desired_number_scheduled)
        or (kube_daemonset_status_number_available != kube_daemonset_status_desired_number_scheduled))
        and (changes(kube_daemonset_status_updated_number_scheduled[5m]) == 0)""",
        "DaemonSet rollout is stuck.",
        "DaemonSet {{ $labels.namespace }}/{{ $labels.daemonset }} has not finished or progressed for at least 15m.",
    ),
    _rule(
        "kubernetes-apps", "KubeContainerWaiting", _WARNING, 60 * _M,
        'kube_pod_container_status_waiting_reason{reason!="CrashLoopBackOff"} > 0',
        "Pod container waiting longer than 1 hour",
        'pod/{{ $labels.pod }} in namespace {{ $labels.namespace }} on container {{ $labels.container}} has been in '
        'waiting state for longer than 1 hour. (reason: "{{ $labels.reason }}").',
    ),
    _rule(
        "kubernetes-apps", "KubeJobFailed", _WARNING, 15 * _M,
        "kube_job_failed > 0",
        "Job failed to complete.",
        "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed to complete. Removing failed job after "
        "investigation should clear this alert.",
    ),
    _rule(
        "kubernetes-apps", "KubeHpaMaxedOut", _WARNING, 15 * _M,
        "kube_horizontalpodautoscaler_status_current_replicas == kube_horizontalpodautoscaler_spec_max_replicas",
        "HPA is running at max replicas",
        "HPA {{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has been running at max replicas for "
        "longer than 15 minutes.",
    ),
)  # fmt: skip

_RESOURCES = (
    _rule(
        "kubernetes-resources", "CPUThrottlingHigh", _INFO, 15 * _M,
        """sum without (id, metrics_path, name, image, endpoint, job, node)
        (increase(container_cpu_cfs_throttled_periods_total{container!=""}[5m]))
        / sum without (id, metrics_path, name, image, endpoint, job, node)
        (increase(container_cpu_cfs_periods_total{container!=""}[5m])) > (25 / 100)""",
        "Processes experience elevated CPU throttling.",
        "{{ $value | humanizePercentage }} throttling of CPU in namespace {{ $labels.namespace }} for container "
        "{{ $labels.container }} in pod {{ $labels.pod }}.",
    ),
    _rule(
        "kubernetes-resources", "KubeQuotaFullyUsed", _INFO, 15 * _M,
        """max without (instance, job, type) (kube_resourcequota{type="used"})
        / on (namespace, resource, resourcequota) group_left ()
        (max without (instance, job, type) (kube_resourcequota{type="hard"}) > 0) == 1""",
        "Namespace quota is fully used.",
        "Namespace {{ $labels.namespace }} is using {{ $value | humanizePercentage }} of its {{ $labels.resource }} "
        "quota.",
    ),
    _rule(
        "kubernetes-storage", "KubePersistentVolumeFillingUp", _CRITICAL, 1 * _M,
        """(kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes) < 0.03
        and kubelet_volume_stats_used_bytes > 0""",
        "PersistentVolume is filling up.",
        "The PersistentVolume claimed by {{ $labels.persistentvolumeclaim }} in Namespace {{ $labels.namespace }} is "
        "only {{ $value | humanizePercentage }} free.",
    ),
    _rule(
        "kubernetes-storage", "KubePersistentVolumeErrors", _CRITICAL, 5 * _M,
        'kube_persistentvolume_status_phase{phase=~"Failed|Pending"} > 0',
        "PersistentVolume is having issues with provisioning.",
        "The persistent volume {{ $labels.persistentvolume }} has status {{ $labels.phase }}.",
    ),
)  # fmt: skip

_SYSTEM = (
    _rule(
        "kubernetes-system-kubelet", "KubeNodeNotReady", _WARNING, 15 * _M,
        """kube_node_status_condition{condition="Ready", status="true"} == 0
        and on (node) kube_node_spec_unschedulable == 0""",
        "Node is not ready.",
        "{{ $labels.node }} has been unready for more than 15 minutes.",
    ),
    _rule(
        "kubernetes-system-kubelet", "KubeNodePressure", _INFO, 10 * _M,
        """kube_node_status_condition{condition=~"(MemoryPressure|DiskPressure|PIDPressure)", status="true"} == 1
        and on (node) kube_node_spec_unschedulable == 0""",
        "Node has as active Condition.",
        "{{ $labels.node }} has active Condition {{ $labels.condition }}. This is caused by resource usage exceeding "
        "eviction thresholds.",
    ),
    _rule(
        "kubernetes-system-kubelet", "KubeNodeUnreachable", _WARNING, 15 * _M,
        """(kube_node_spec_taint{key="node.kubernetes.io/unreachable", effect="NoSchedule"}
        unless ignoring (key, value) kube_node_spec_taint{key="ToBeDeletedByClusterAutoscaler"}) == 1""",
        "Node is unreachable.",
        "{{ $labels.node }} is unreachable and some workloads may be rescheduled.",
    ),
    _rule(
        "kubernetes-system-scheduler", "KubeSchedulerDown", _CRITICAL, 15 * _M,
        'absent(up{job="kube-scheduler"} == 1)',
        "Target disappeared from Prometheus target discovery.",
        "KubeScheduler has disappeared from Prometheus target discovery.",
    ),
    _rule(
        "kubernetes-system-controller-manager", "KubeControllerManagerDown", _CRITICAL, 15 * _M,
        'absent(up{job="kube-controller-manager"} == 1)',
        "Target disappeared from Prometheus target discovery.",
        "KubeControllerManager has disappeared from Prometheus target discovery.",
    ),
    _rule(
        "general.rules", "TargetDown", _WARNING, 10 * _M,
        "100 * (count by (job, namespace, service) (up == 0) / count by (job, namespace, service) (up)) > 10",
        "One or more targets are unreachable.",
        '{{ printf "%.4g" $value }}% of the {{ $labels.job }}/{{ $labels.service }} targets in '
        "{{ $labels.namespace }} namespace are down.",
    ),
    _rule(
        "general.rules", "ProbeFailing", _CRITICAL, 2 * _M,
        "probe_success == 0",
        "A synthetic user cannot use a service.",
        "The probe of {{ $labels.instance }} has failed for more than 2 minutes.",
    ),
    _rule(
        "coredns", "CoreDNSDown", _CRITICAL, 15 * _M,
        'absent(up{job="kube-dns"} == 1)',
        "CoreDNS has disappeared from Prometheus target discovery.",
        "CoreDNS has disappeared from Prometheus target discovery.",
    ),
    _rule(
        "coredns", "CoreDNSErrorsHigh", _CRITICAL, 10 * _M,
        """sum(rate(coredns_dns_responses_total{rcode="SERVFAIL"}[5m]))
        / sum(rate(coredns_dns_responses_total[5m])) > 0.03""",
        "CoreDNS is returning SERVFAIL.",
        "CoreDNS is returning SERVFAIL for {{ $value | humanizePercentage }} of requests.",
    ),
)  # fmt: skip

_NODES = (
    _rule(
        "node-exporter", "NodeFilesystemAlmostOutOfSpace", _WARNING, 30 * _M,
        'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 5',
        "Filesystem has less than 5% space left.",
        "Filesystem on {{ $labels.device }}, mounted on {{ $labels.mountpoint }}, at {{ $labels.instance }} has only "
        '{{ printf "%.2f" $value }}% available space left.',
    ),
    _rule(
        "node-exporter", "NodeMemoryHighUtilization", _WARNING, 15 * _M,
        "100 - (node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes * 100) > 90",
        "Host is running out of memory.",
        "Memory is filling up at {{ $labels.instance }}, has been above 90% for the last 15 minutes, is currently at "
        '{{ printf "%.2f" $value }}%.',
    ),
)  # fmt: skip

_SERVICES = (
    _rule(
        "services", "ServiceErrorRateHigh", _CRITICAL, 5 * _M,
        """sum by (destination_workload_namespace, destination_workload)
        (rate(istio_requests_total{response_code=~"5..|0"}[5m]))
        / sum by (destination_workload_namespace, destination_workload) (rate(istio_requests_total[5m])) > 0.05""",
        "A service answers many requests with errors.",
        "{{ $labels.destination_workload_namespace }}/{{ $labels.destination_workload }} fails "
        "{{ $value | humanizePercentage }} of its requests.",
    ),
    _rule(
        "services", "ServiceLatencyHigh", _WARNING, 10 * _M,
        """histogram_quantile(0.99, sum by (le, destination_workload_namespace, destination_workload)
        (rate(istio_request_duration_milliseconds_bucket[5m]))) > 1000""",
        "A service answers slowly.",
        "{{ $labels.destination_workload_namespace }}/{{ $labels.destination_workload }} needs "
        '{{ printf "%.0f" $value }} ms for one in a hundred requests.',
    ),
)  # fmt: skip

STANDARD: tuple[Rule, ...] = (*_APPS, *_RESOURCES, *_SYSTEM, *_NODES, *_SERVICES)
"""All of them."""

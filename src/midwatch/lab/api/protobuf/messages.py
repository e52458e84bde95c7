"""Numbers and types of the fields of those messages that clients write.

Each line is a message: `name=number`, with `:type` unless it is a text; `[]` is repeated, `{}` a map, and a field
with `?` may be zero.
Source: k8s.io/api/*/generated.proto, k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `form` is empty for a single value, `[]` or `{}`; `zero`: a zero is a value."""

    name: str
    type: str
    form: str
    zero: bool


_TEXT = """
ObjectMeta name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7:int labels{}=11 \
annotations{}=12 ownerReferences[]=13:OwnerReference finalizers[]=14 creationTimestamp=8:time
OwnerReference kind=1 name=3 uid=4 apiVersion=5 controller?=6:bool blockOwnerDeletion?=7:bool
LabelSelector matchLabels{}=1 matchExpressions[]=2:LabelSelectorRequirement
LabelSelectorRequirement key=1 operator=2 values[]=3
DeleteOptions gracePeriodSeconds?=1:int preconditions=2:Preconditions orphanDependents?=3:bool \
propagationPolicy=4 dryRun[]=5
Preconditions uid=1 resourceVersion=2
LocalObjectReference name=1
ObjectReference kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7
ConfigMap metadata=1:ObjectMeta data{}=2 binaryData{}=3:bytes immutable?=4:bool
Secret metadata=1:ObjectMeta data{}=2:bytes type=3 stringData{}=4 immutable?=5:bool
Namespace metadata=1:ObjectMeta spec=2:NamespaceSpec
NamespaceSpec finalizers[]=1
ServiceAccount metadata=1:ObjectMeta secrets[]=2:ObjectReference imagePullSecrets[]=3:LocalObjectReference \
automountServiceAccountToken?=4:bool
ResourceQuota metadata=1:ObjectMeta spec=2:ResourceQuotaSpec
ResourceQuotaSpec hard{}=1:quantity scopes[]=2
Binding metadata=1:ObjectMeta target=2:ObjectReference
Eviction metadata=1:ObjectMeta deleteOptions=2:DeleteOptions
Service metadata=1:ObjectMeta spec=2:ServiceSpec
ServiceSpec ports[]=1:ServicePort selector{}=2 clusterIP=3 type=4 externalIPs[]=5 sessionAffinity=7 \
loadBalancerIP=8 externalName=10 externalTrafficPolicy=11 publishNotReadyAddresses=13:bool ipFamilyPolicy=17 \
clusterIPs[]=18 ipFamilies[]=19 internalTrafficPolicy=22
ServicePort name=1 protocol=2 port=3:int targetPort=4:intOrString nodePort=5:int appProtocol=6
Deployment metadata=1:ObjectMeta spec=2:DeploymentSpec
DeploymentSpec replicas?=1:int selector=2:LabelSelector template=3:PodTemplateSpec strategy=4:DeploymentStrategy \
minReadySeconds=5:int revisionHistoryLimit?=6:int paused=7:bool progressDeadlineSeconds?=9:int
DeploymentStrategy type=1 rollingUpdate=2:RollingUpdateDeployment
RollingUpdateDeployment maxUnavailable=1:intOrString maxSurge=2:intOrString
PodTemplateSpec metadata=1:ObjectMeta spec=2:PodSpec
PodSpec containers[]=2:Container restartPolicy=3 terminationGracePeriodSeconds?=4:int dnsPolicy=6 \
nodeSelector{}=7 serviceAccountName=8 nodeName=10 hostNetwork=11:bool imagePullSecrets[]=15:LocalObjectReference \
initContainers[]=20:Container schedulerName=19
Container name=1 image=2 command[]=3 args[]=4 workingDir=5 ports[]=6:ContainerPort env[]=7:EnvVar \
resources=8:ResourceRequirements terminationMessagePath=13 imagePullPolicy=14 terminationMessagePolicy=20
ContainerPort name=1 hostPort=2:int containerPort=3:int protocol=4 hostIP=5
EnvVar name=1 value=2
ResourceRequirements limits{}=1:quantity requests{}=2:quantity
Job metadata=1:ObjectMeta spec=2:JobSpec
JobSpec parallelism?=1:int completions?=2:int activeDeadlineSeconds?=3:int selector=4:LabelSelector \
template=6:PodTemplateSpec backoffLimit?=7:int ttlSecondsAfterFinished?=8:int completionMode=9 suspend?=10:bool
CronJob metadata=1:ObjectMeta spec=2:CronJobSpec
CronJobSpec schedule=1 startingDeadlineSeconds?=2:int concurrencyPolicy=3 suspend?=4:bool \
jobTemplate=5:JobTemplateSpec successfulJobsHistoryLimit?=6:int failedJobsHistoryLimit?=7:int timeZone=8
JobTemplateSpec metadata=1:ObjectMeta spec=2:JobSpec
PodDisruptionBudget metadata=1:ObjectMeta spec=2:PodDisruptionBudgetSpec
PodDisruptionBudgetSpec minAvailable=1:intOrString selector=2:LabelSelector maxUnavailable=3:intOrString \
unhealthyPodEvictionPolicy=4
PriorityClass metadata=1:ObjectMeta value?=2:int globalDefault=3:bool description=4 preemptionPolicy=5
Ingress metadata=1:ObjectMeta spec=2:IngressSpec
IngressSpec defaultBackend=1:IngressBackend tls[]=2:IngressTLS rules[]=3:IngressRule ingressClassName=4
IngressTLS hosts[]=1 secretName=2
IngressRule host=1 inline=2:IngressRuleValue
IngressRuleValue http=1:HTTPIngressRuleValue
HTTPIngressRuleValue paths[]=1:HTTPIngressPath
HTTPIngressPath path=1 backend=2:IngressBackend pathType=3
IngressBackend service=4:IngressServiceBackend
IngressServiceBackend name=1 port=2:ServiceBackendPort
ServiceBackendPort name=1 number=2:int
Role metadata=1:ObjectMeta rules[]=2:PolicyRule
ClusterRole metadata=1:ObjectMeta rules[]=2:PolicyRule aggregationRule=3:AggregationRule
AggregationRule clusterRoleSelectors[]=1:LabelSelector
PolicyRule verbs[]=1 apiGroups[]=2 resources[]=3 resourceNames[]=4 nonResourceURLs[]=5
RoleBinding metadata=1:ObjectMeta subjects[]=2:Subject roleRef=3:RoleRef
ClusterRoleBinding metadata=1:ObjectMeta subjects[]=2:Subject roleRef=3:RoleRef
RoleRef apiGroup=1 kind=2 name=3
Subject kind=1 apiGroup=2 name=3 namespace=4
SelfSubjectAccessReview metadata=1:ObjectMeta spec=2:SelfSubjectAccessReviewSpec
SelfSubjectAccessReviewSpec resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes
SubjectAccessReview metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec
LocalSubjectAccessReview metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec
SubjectAccessReviewSpec resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes \
user=3 groups[]=4 uid=6
ResourceAttributes namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7
NonResourceAttributes path=1 verb=2
SelfSubjectRulesReview metadata=1:ObjectMeta spec=2:SelfSubjectRulesReviewSpec
SelfSubjectRulesReviewSpec namespace=1
SelfSubjectReview metadata=1:ObjectMeta
TokenReview metadata=1:ObjectMeta spec=2:TokenReviewSpec
TokenReviewSpec token=1 audiences[]=2
TokenRequest metadata=1:ObjectMeta spec=2:TokenRequestSpec
TokenRequestSpec audiences[]=1 boundObjectRef=3:BoundObjectReference expirationSeconds?=4:int
BoundObjectReference kind=1 apiVersion=2 name=3 uid=4
HorizontalPodAutoscaler metadata=1:ObjectMeta spec=2:HorizontalPodAutoscalerSpec
HorizontalPodAutoscalerSpec scaleTargetRef=1:CrossVersionObjectReference minReplicas?=2:int maxReplicas=3:int \
metrics[]=4:MetricSpec
HorizontalPodAutoscalerV1Spec scaleTargetRef=1:CrossVersionObjectReference minReplicas?=2:int maxReplicas=3:int \
targetCPUUtilizationPercentage?=4:int
CrossVersionObjectReference kind=1 name=2 apiVersion=3
MetricSpec type=1 resource=4:ResourceMetricSource
ResourceMetricSource name=1 target=2:MetricTarget
MetricTarget type=1 value=2:quantity averageValue=3:quantity averageUtilization?=4:int
Scale metadata=1:ObjectMeta spec=2:ScaleSpec
ScaleSpec replicas=1:int
"""
_FIELD = re.compile(r"(\w+)(\[\]|\{\})?(\?)?=(\d+)(?::(\w+))?")


def _read(text: str) -> dict[str, dict[int, Field]]:
    found: dict[str, dict[int, Field]] = {}
    for line in text.strip().splitlines():
        name, *rest = line.split()
        matches = [_FIELD.fullmatch(each) for each in rest]
        found[name] = {
            int(each[4]): Field(each[1], each[5] or "text", each[2] or "", bool(each[3]))
            for each in matches
            if each
        }
    return found


MESSAGES: Mapping[str, Mapping[int, Field]] = _read(_TEXT)
"""Fields by number, by the name of the message."""

TOP = frozenset(
    name for name, known in MESSAGES.items() if known.get(1, Field("", "", "", False)).name == "metadata"
)
"""The messages that are objects."""

from __future__ import annotations

from tests.sources.kubectl_text.asking import at, describe, first, of_kind, only

TEMPLATE = """Pod Template:
  Labels:           app=web
  Annotations:      k: v
  Service Account:  web
  Containers:
   server:
    Image:      reg.io/web:1
    Port:       8080/TCP
    Host Port:  0/TCP
    Requests:
      cpu:        100m
    Environment:  <none>
    Mounts:       <none>
  Volumes:
   data:
    Type:          PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:     web-data
    ReadOnly:      false
  Node-Selectors:  disk=ssd
  Tolerations:     <none>
"""
DEPLOYMENT = f"""Name:                   web
Namespace:              shop
CreationTimestamp:      Thu, 01 Jan 2026 00:00:00 +0000
Labels:                 app=web
Annotations:            deployment.kubernetes.io/revision: 3
Selector:               app=web,tier in (a,b)
Replicas:               3 desired | 3 updated | 4 total | 2 available | 2 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        5
RollingUpdateStrategy:  25% max unavailable, 1 max surge
{TEMPLATE}Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
  Progressing    True    ReplicaSetUpdated
OldReplicaSets:  web-old (1/1 replicas created)
NewReplicaSet:   web-new (3/3 replicas created)
Events:          <none>
"""


def test_a_deployments_numbers_strategy_and_conditions():
    made = first(describe(DEPLOYMENT))
    assert at(made, "metadata.creationTimestamp") == "2026-01-01T00:00:00Z"
    assert at(made, "spec.replicas") == 3
    assert at(made, "status.availableReplicas") == 2
    assert at(made, "status.unavailableReplicas") == 2
    assert at(made, "spec.strategy") == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1},
    }
    assert at(made, "spec.selector") == {
        "matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
    }
    assert at(made, "status.conditions.0") == {
        "type": "Available",
        "status": "False",
        "reason": "MinimumReplicasUnavailable",
    }


def test_a_pod_template_is_read_like_a_pod():
    template = at(first(describe(DEPLOYMENT)), "spec.template")
    assert at(template, "metadata") == {"labels": {"app": "web"}, "annotations": {"k": "v"}}
    assert at(template, "spec") == {
        "serviceAccountName": "web",
        "containers": [
            {
                "name": "server",
                "image": "reg.io/web:1",
                "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                "resources": {"requests": {"cpu": "100m"}},
            }
        ],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}}],
        "nodeSelector": {"disk": "ssd"},
    }


def test_a_deployment_tells_of_its_replica_sets():
    old, new = of_kind(describe(DEPLOYMENT), "ReplicaSet")
    assert (at(old, "metadata.name"), at(new, "metadata.name")) == ("web-old", "web-new")
    assert at(new, "spec.replicas") == 3
    assert at(new, "metadata.ownerReferences.0.name") == "web"


def test_replica_sets():
    text = f"""\
Name:  web-new
Namespace:  shop
Selector:  app=web
Labels:  app=web
Controlled By:  Deployment/web
Replicas:  2 current / 3 desired
Pods Status:  1 Running / 1 Waiting / 0 Succeeded / 0 Failed
{TEMPLATE}Events:  <none>
"""
    made = only(describe(text))
    assert made["kind"] == "ReplicaSet"
    assert (at(made, "spec.replicas"), at(made, "status.replicas")) == (3, 2)
    assert only(describe(text, kind="rc"))["kind"] == "ReplicationController"


def test_stateful_sets_with_their_claims():
    text = f"""Name:               db
Namespace:          shop
CreationTimestamp:  Thu, 01 Jan 2026 00:00:00 +0000
Selector:           app=db
Labels:             <none>
Annotations:        <none>
Replicas:           3 desired | 2 total
Update Strategy:    RollingUpdate
  Partition:        1
Pods Status:        2 Running / 0 Waiting / 0 Succeeded / 0 Failed
{TEMPLATE}Volume Claims:
  Name:          d
  StorageClass:  fast
  Labels:        a=b
                 c=d
  Annotations:   <none>
  Capacity:      1Gi
  Access Modes:  [ReadWriteOnce ReadOnlyMany]
  Name:          e
  StorageClass:
  Labels:        <none>
  Annotations:   <none>
  Capacity:      2Gi
  Access Modes:  [ReadWriteMany]
Events:          <none>
"""
    made = only(describe(text))
    assert at(made, "spec.updateStrategy") == {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    assert at(made, "spec.volumeClaimTemplates.0") == {
        "metadata": {"name": "d", "labels": {"a": "b", "c": "d"}},
        "spec": {
            "storageClassName": "fast",
            "resources": {"requests": {"storage": "1Gi"}},
            "accessModes": ["ReadWriteOnce", "ReadOnlyMany"],
        },
    }
    assert at(made, "spec.volumeClaimTemplates.1.metadata") == {"name": "e"}


def test_daemon_sets_have_fields_without_columns():
    text = f"""Name:           agent
Namespace:      shop
Selector:       name=agent
Node-Selector:  disk=ssd
Labels:         <none>
Annotations:    <none>
Desired Number of Nodes Scheduled: 4
Current Number of Nodes Scheduled: 3
Number of Nodes Scheduled with Up-to-date Pods: 2
Number of Nodes Scheduled with Available Pods: 1
Number of Nodes Misscheduled: 0
Pods Status:  3 Running / 0 Waiting / 0 Succeeded / 0 Failed
{TEMPLATE}Events:  <none>
"""
    assert at(only(describe(text)), "status") == {
        "desiredNumberScheduled": 4,
        "currentNumberScheduled": 3,
        "updatedNumberScheduled": 2,
        "numberAvailable": 1,
        "numberMisscheduled": 0,
    }


def test_jobs_and_cron_jobs():
    job = f"""Name:                     j1
Namespace:                shop
Selector:                 j=x
Labels:                   <none>
Annotations:              <none>
Controlled By:            CronJob/cj
Parallelism:              2
Completions:              3
Backoff Limit:            6
Start Time:               Thu, 01 Jan 2026 00:00:00 +0000
Active Deadline Seconds:  60s
Pods Statuses:            1 Active (0 Ready) / 2 Succeeded / 3 Failed
{TEMPLATE}Events:  <none>
"""
    made = only(describe(job))
    assert at(made, "spec.activeDeadlineSeconds") == 60
    assert at(made, "status") == {
        "startTime": "2026-01-01T00:00:00Z",
        "active": 1,
        "ready": 0,
        "succeeded": 2,
        "failed": 3,
    }
    cron = f"""Name:                          cj
Namespace:                     shop
Labels:                        <none>
Annotations:                   <none>
Schedule:                      */5 * * * *
Concurrency Policy:            Forbid
Suspend:                       True
Successful Job History Limit:  3
Failed Job History Limit:      1
Starting Deadline Seconds:     100s
Selector:                      <unset>
Parallelism:                   1
Completions:                   <unset>
{TEMPLATE}Last Schedule Time:  Thu, 01 Jan 2026 00:00:00 +0000
Active Jobs:         cj-1, cj-2
Events:              <none>
"""
    made = only(describe(cron))
    assert at(made, "spec.suspend") is True
    assert at(made, "spec.startingDeadlineSeconds") == 100
    assert at(made, "spec.jobTemplate.spec.template.spec.serviceAccountName") == "web"
    assert at(made, "status.active.1.name") == "cj-2"

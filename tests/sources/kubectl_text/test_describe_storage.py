from __future__ import annotations

from tests.sources.kubectl_text.asking import at, describe, only


def test_a_volume_with_node_affinity_claim_and_source():
    text = """Name:              pv1
Labels:            t=x
Annotations:       <none>
Finalizers:        [kubernetes.io/pv-protection]
StorageClass:      fast
Status:            Bound
Claim:             shop/data
Reclaim Policy:    Retain
Access Modes:      RWO,ROX
VolumeMode:        Filesystem
Capacity:          5Gi
Node Affinity:
  Required Terms:
    Term 0:        kubernetes.io/hostname in [node-a, node-b]
                   zone exists
    Term 1:        q notin [v]
Message:           first
second
Source:
    Type:  LocalVolume (a persistent volume backed by local storage on a node)
    Path:  /mnt/x
Events:    <none>
"""
    made = only(describe(text))
    assert at(made, "spec") == {
        "storageClassName": "fast",
        "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "data"},
        "persistentVolumeReclaimPolicy": "Retain",
        "accessModes": ["ReadWriteOnce", "ReadOnlyMany"],
        "volumeMode": "Filesystem",
        "capacity": {"storage": "5Gi"},
        "nodeAffinity": {
            "required": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [
                            {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-a", "node-b"]},
                            {"key": "zone", "operator": "Exists"},
                        ]
                    },
                    {"matchExpressions": [{"key": "q", "operator": "NotIn", "values": ["v"]}]},
                ]
            }
        },
        "local": {"path": "/mnt/x"},
    }
    assert at(made, "status") == {"phase": "Bound", "message": "first\nsecond"}
    assert at(made, "metadata.finalizers") == ["kubernetes.io/pv-protection"]


def test_an_unclaimed_volume_of_a_host_path_without_class():
    text = """Name:            pv2
Labels:          <none>
Annotations:     <none>
Finalizers:      [kubernetes.io/pv-protection]
StorageClass:
Status:          Available
Claim:
Reclaim Policy:  Delete
Access Modes:    RWX
Capacity:        2Gi
Node Affinity:   <none>
Message:
Source:
    Type:          HostPath (bare host directory volume)
    Path:          /mnt/data
    HostPathType:  DirectoryOrCreate
Events:            <none>
"""
    made = only(describe(text))
    assert at(made, "spec.claimRef") is None
    assert at(made, "spec.storageClassName") == ""
    assert at(made, "spec.hostPath") == {"path": "/mnt/data", "type": "DirectoryOrCreate"}


def test_claims_bound_and_pending():
    bound = """Name:          data
Namespace:     shop
StorageClass:  fast
Status:        Bound
Volume:        pv1
Labels:        <none>
Annotations:   <none>
Finalizers:    [kubernetes.io/pvc-protection]
Capacity:      5Gi
Access Modes:  RWO
VolumeMode:    Filesystem
DataSource:
  APIGroup:  snapshot.storage.k8s.io
  Kind:      VolumeSnapshot
  Name:      snap
Used By:     web-1
             web-2
Conditions:
  Type       Status  LastProbeTime                     LastTransitionTime                Reason  Message
  ----       ------  -----------------                 ------------------                ------  -------
  Resizing   True    Mon, 01 Jan 0001 00:00:00 +0000   Thu, 01 Jan 2026 00:00:00 +0000           growing
Events:      <none>
"""
    made = only(describe(bound))
    assert at(made, "spec.volumeName") == "pv1"
    assert at(made, "spec.dataSource.kind") == "VolumeSnapshot"
    assert at(made, "status.accessModes") == ["ReadWriteOnce"]
    assert at(made, "status.conditions") == [
        {
            "type": "Resizing",
            "status": "True",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "message": "growing",
        }
    ]
    pending = """\
Name:  data
Namespace:  shop
StorageClass:  nope
Status:  Pending
Volume:
Labels:  <none>
Capacity:
Access Modes:
Used By:  <none>
Events:  <none>
"""
    made = only(describe(pending))
    assert (at(made, "spec"), at(made, "status")) == ({"storageClassName": "nope"}, {"phase": "Pending"})


def test_storage_classes_with_annotations_of_several_lines():
    text = """Name:            fast
IsDefaultClass:  Yes
Annotations:     config=- name: StorageType
  value: "hostpath"
,other=a,b,storageclass.kubernetes.io/is-default-class=true
Provisioner:           ebs.csi
Parameters:            iops=3000,type=gp3
AllowVolumeExpansion:  True
MountOptions:
  noatime
ReclaimPolicy:      Delete
VolumeBindingMode:  WaitForFirstConsumer
AllowedTopologies:
  Term 0:  zone in [a, b]
           rack in [c]
Events:    <none>
"""
    made = only(describe(text))
    assert at(made, "metadata.annotations") == {
        "config": '- name: StorageType\n  value: "hostpath"',
        "other": "a,b",
        "storageclass.kubernetes.io/is-default-class": "true",
    }
    assert at(made, "parameters") == {"iops": "3000", "type": "gp3"}
    assert at(made, "mountOptions") == ["noatime"]
    assert at(made, "allowedTopologies") == [
        {"matchLabelExpressions": [{"key": "zone", "values": ["a", "b"]}, {"key": "rack", "values": ["c"]}]}
    ]
    assert at(made, "volumeBindingMode") == "WaitForFirstConsumer"

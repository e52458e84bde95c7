from __future__ import annotations

from tests.sources.kubectl_text.asking import at, describe, first, of_kind, only

SERVICE = """Name:                     web
Namespace:                shop
Labels:                   <none>
Annotations:              <none>
Selector:                 app=web,tier=front
Type:                     NodePort
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.96.0.1
IPs:                      10.96.0.1
Port:                     http  80/TCP
TargetPort:               web/TCP
NodePort:                 http  30080/TCP
Endpoints:                10.0.0.1:8080,10.0.0.3:8080,10.0.0.4:8080 + 2 more...
Port:                     <unset>  53/UDP
TargetPort:               5353/UDP
Endpoints:
Session Affinity:         ClientIP
External Traffic Policy:  Local
Events:                   <none>
"""


def test_a_services_ports_and_selector():
    made = first(describe(SERVICE))
    assert at(made, "spec.selector") == {"app": "web", "tier": "front"}
    assert at(made, "spec.ports") == [
        {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "web", "nodePort": 30080},
        {"port": 53, "protocol": "UDP", "targetPort": 5353},
    ]
    assert (at(made, "spec.type"), at(made, "spec.clusterIP")) == ("NodePort", "10.96.0.1")
    assert at(made, "spec.externalTrafficPolicy") == "Local"


def test_a_service_tells_of_its_endpoints():
    made = of_kind(describe(SERVICE), "Endpoints")[0]
    assert at(made, "metadata.name") == "web"
    assert at(made, "subsets") == [
        {
            "addresses": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.3"}, {"ip": "10.0.0.4"}],
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
    ]
    assert at(made, "metadata.annotations") == {
        "midwatch.dev/told-by": "Service",
        "endpoints.kubernetes.io/over-capacity": "truncated",
    }


def test_a_wanted_load_balancer_address_printed_as_a_second_ip():
    text = SERVICE.replace(
        "IPs:                      10.96.0.1\n",
        "IPs:  10.96.0.1\nIP:  3.3.3.3\nLoadBalancer Ingress:  4.4.4.4 (VIP), a.elb\n",
    )
    made = first(describe(text))
    assert (at(made, "spec.clusterIP"), at(made, "spec.loadBalancerIP")) == ("10.96.0.1", "3.3.3.3")
    assert at(made, "status.loadBalancer.ingress") == [{"ip": "4.4.4.4"}, {"hostname": "a.elb"}]


def test_an_external_name_has_no_endpoints():
    text = """\
Name:  db
Namespace:  shop
Selector:  <none>
Type:  ExternalName
IP Families:  <none>
IP:
IPs:  <none>
External Name:  db.local
Session Affinity:  None
Events:  <none>
"""
    assert at(only(describe(text)), "spec") == {
        "type": "ExternalName",
        "externalName": "db.local",
        "sessionAffinity": "None",
    }


def test_endpoints_and_slices():
    endpoints = """Name:         web
Namespace:    shop
Labels:       <none>
Annotations:  <none>
Subsets:
  Addresses:          10.0.0.1,10.0.0.3
  NotReadyAddresses:  10.0.0.2
  Ports:
    Name     Port  Protocol
    ----     ----  --------
    http     8080  TCP
    <unset>  81    TCP

Events:  <none>
"""
    assert at(only(describe(endpoints)), "subsets") == [
        {
            "addresses": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.3"}],
            "notReadyAddresses": [{"ip": "10.0.0.2"}],
            "ports": [
                {"name": "http", "port": 8080, "protocol": "TCP"},
                {"port": 81, "protocol": "TCP"},
            ],
        }
    ]
    piece = """Name:         web-x1
Namespace:    shop
Labels:       kubernetes.io/service-name=web
Annotations:  <none>
AddressType:  IPv4
Ports:
  Name  Port  Protocol
  ----  ----  --------
  http  8080  TCP
Endpoints:
  - Addresses:  10.0.0.1
    Conditions:
      Ready:    true
    Hostname:   <unset>
    TargetRef:  Pod/web-1
    NodeName:   node-a
    Zone:       <unset>
  - Addresses:  10.0.0.2
    Conditions:
      Ready:    false
    Hostname:   <unset>
    NodeName:   node-b
    Zone:       <unset>
Events:  <none>
"""
    made = only(describe(piece))
    assert at(made, "endpoints.0") == {
        "addresses": ["10.0.0.1"],
        "conditions": {"ready": True},
        "targetRef": {"kind": "Pod", "name": "web-1"},
        "nodeName": "node-a",
    }
    assert at(made, "endpoints.1.conditions.ready") is False


def test_ingresses():
    text = """Name:             shop
Labels:           <none>
Namespace:        shop
Address:          5.5.5.5
Ingress Class:    nginx
Default backend:  web:80 (10.0.0.1:8080)
TLS:
  tls terminates a.com,b.com
  SNI routes c.com
Rules:
  Host        Path  Backends
  ----        ----  --------
  a.com
              /    web:http (10.0.0.1:8080,10.0.0.3:8080 + 2 more...)
              /x   gone:81 (<error: services "gone" not found>)
  *
                   web:80 (10.0.0.1:8080)
              /r   APIGroup: k.io, Kind: Bucket, Name: b
Annotations:  n/x: y
Events:       <none>
"""
    made = only(describe(text))
    assert at(made, "spec.rules.0.host") == "a.com"
    assert at(made, "spec.rules.0.http.paths") == [
        {"path": "/", "backend": {"service": {"name": "web", "port": {"name": "http"}}}},
        {"path": "/x", "backend": {"service": {"name": "gone", "port": {"number": 81}}}},
    ]
    assert at(made, "spec.rules.1.http.paths.0") == {
        "backend": {"service": {"name": "web", "port": {"number": 80}}}
    }
    assert at(made, "spec.rules.1.http.paths.1.backend.resource.kind") == "Bucket"
    assert at(made, "spec.tls") == [{"secretName": "tls", "hosts": ["a.com", "b.com"]}, {"hosts": ["c.com"]}]
    assert at(made, "spec.defaultBackend.service.name") == "web"


def test_network_policies_back_from_prose():
    text = """Name:         np
Namespace:    shop
Created on:   2026-01-01 08:00:00 +0800 CST
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=web,env notin (p,q),new,!old
  Allowing ingress traffic:
    To Port: 80/TCP
    To Port Range: 1-9/UDP
    From:
      PodSelector: a=b
    From:
      NamespaceSelector: n=s
      PodSelector: <none>
    From:
      IPBlock:
        CIDR: 10.0.0.0/8
        Except: 10.1.0.0/16, 10.2.0.0/16
    ----------
    To Port: <any> (traffic allowed to all ports)
    From: <any> (traffic not restricted by source)
  Not affecting egress traffic
  Policy Types: Ingress
"""
    made = only(describe(text))
    assert at(made, "metadata.creationTimestamp") == "2026-01-01T00:00:00Z"
    assert at(made, "spec.podSelector.matchExpressions.1") == {"key": "new", "operator": "Exists"}
    assert at(made, "spec.ingress") == [
        {
            "ports": [{"protocol": "TCP", "port": 80}, {"protocol": "UDP", "port": 1, "endPort": 9}],
            "from": [
                {"podSelector": {"matchLabels": {"a": "b"}}},
                {"namespaceSelector": {"matchLabels": {"n": "s"}}, "podSelector": {}},
                {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.2.0.0/16"]}},
            ],
        },
        {},
    ]
    assert at(made, "spec.egress") is None
    assert at(made, "spec.policyTypes") == ["Ingress"]


def test_a_policy_that_isolates_has_no_rules_and_selects_all_pods():
    text = """Name:         deny
Namespace:    shop
Created on:   2026-01-01 08:00:00 +0800 CST
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)
  Allowing ingress traffic:
    <none> (Selected pods are isolated for ingress connectivity)
  Not affecting egress traffic
  Policy Types: Ingress
"""
    assert at(only(describe(text)), "spec") == {"podSelector": {}, "ingress": [], "policyTypes": ["Ingress"]}

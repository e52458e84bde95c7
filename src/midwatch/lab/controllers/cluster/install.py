"""Starts the controllers of the cluster level."""

from __future__ import annotations

from midwatch.lab.controllers.cluster.attachments import Attachments
from midwatch.lab.controllers.cluster.autoscaler import Autoscaler
from midwatch.lab.controllers.cluster.budgets import Budgets
from midwatch.lab.controllers.cluster.claim_binding import ClaimBinding
from midwatch.lab.controllers.cluster.endpoint_slices import EndpointSlices
from midwatch.lab.controllers.cluster.endpoints import EndpointsController
from midwatch.lab.controllers.cluster.expansion import Expansion
from midwatch.lab.controllers.cluster.ingresses import Ingresses
from midwatch.lab.controllers.cluster.leases import Leases
from midwatch.lab.controllers.cluster.load_balancers import LoadBalancers
from midwatch.lab.controllers.cluster.node_lifecycle import NodeLifecycle
from midwatch.lab.controllers.cluster.node_ranges import NodeRanges
from midwatch.lab.controllers.cluster.pods_by_claim import PodsByClaim
from midwatch.lab.controllers.cluster.pods_by_label import PodsByLabel
from midwatch.lab.controllers.cluster.protection import Protection
from midwatch.lab.controllers.cluster.provisioner import Provisioner
from midwatch.lab.controllers.cluster.selecting import selecting_budgets, selecting_services
from midwatch.lab.controllers.cluster.taint_eviction import TaintEviction
from midwatch.lab.controllers.cluster.volume_phases import VolumePhases
from midwatch.lab.core.env import Env


def install(env: Env) -> None:
    """Run all of them; they find what exists already."""
    by_label, by_claim = PodsByLabel(env.store), PodsByClaim(env.store)
    services = selecting_services(env.store)
    NodeRanges(env)
    NodeLifecycle(env)
    TaintEviction(env)
    EndpointSlices(env, by_label, services)
    EndpointsController(env, by_label, services)
    ClaimBinding(env, by_claim)
    VolumePhases(env)
    Protection(env, by_claim)
    Provisioner(env)
    Attachments(env, by_claim)
    Expansion(env, by_claim)
    Budgets(env, by_label, selecting_budgets(env.store))
    Autoscaler(env, by_label)
    LoadBalancers(env)
    Ingresses(env)
    Leases(env)

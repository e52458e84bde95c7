from __future__ import annotations

from dataclasses import replace

import pytest

from midwatch.domain.resource import Ref
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.network.connection import Failure
from midwatch.lab.traffic import Traffic, install
from midwatch.lab.traffic.apicalls import Asked
from midwatch.lab.traffic.health import Health
from midwatch.lab.world.disturbances import CpuStress, Defect, DiskFill, NetworkDelay, NetworkLoss, Surge
from midwatch.lab.world.programs import (
    MI,
    ApiUse,
    Dependency,
    Effect,
    LogStyle,
    Operation,
    Port,
    Program,
    Protocol,
    Use,
)
from midwatch.lab.world.world import Client, World
from tests.lab.network.bench import Bench

DATABASE = Program(
    "postgres",
    LogStyle.POSTGRES,
    (Port(5432, Protocol.POSTGRES),),
    operations=(Operation("query", 0.003, 0.0008),),
    memory=120 * MI,
    workers=200,
)
ORDERS = Program(
    "orders",
    ports=(Port(8080),),
    dependencies=(
        Dependency(
            "db", "${DB}:5432", Protocol.POSTGRES, "${USER}", "${PASSWORD}", "orders", timeout=3.0, at_start=True
        ),
    ),
    operations=(Operation("POST /orders", 0.006, 0.003, (Use("db"),)),),
)
FRONT = Program(
    "front",
    ports=(Port(8080),),
    dependencies=(Dependency("orders", "http://${ORDERS}"),),
    operations=(
        Operation("POST /checkout", 0.004, 0.002, (Use("orders", "POST /orders"),)),
        Operation("GET /", 0.003, 0.001),
    ),
    flags={"broken": Effect(errors=1.0, log="flag broken is on")},
    flag_file="/etc/flags.json",
)


class Shop:
    """Clients, an ingress controller, `front`, `orders` and a database."""

    def __init__(self, rps: float = 20.0, front: Program = FRONT, orders: Program = ORDERS) -> None:
        client = Client("buyers", "http://shop.example/", "POST /checkout", rps, 0.0)
        self.bench = Bench(World(clients=[client]))
        bench, self.env = self.bench, self.bench.env
        bench.ingress_controller()
        account = {"POSTGRES_USER": "orders", "POSTGRES_PASSWORD": "one", "POSTGRES_DB": "orders"}
        self.db = bench.pod("db-0", program=DATABASE, environment=account, owner=("StatefulSet", "db"))
        bench.service("db", [self.db], ports=[{"name": "sql", "port": 5432}], target=5432)
        values = {"DB": "db", "USER": "orders", "PASSWORD": "one"}
        self.orders = [
            bench.pod(f"orders-{each}", program=orders, environment=values, owner=("StatefulSet", "orders"))
            for each in range(2)
        ]
        bench.service("orders", self.orders)
        values = {"ORDERS": "orders:80"}
        self.front = [
            bench.pod(f"front-{each}", program=front, environment=values, owner=("StatefulSet", "front"))
            for each in range(2)
        ]
        bench.service("front", self.front)
        bench.ingress("shop.example", "front")
        self.ended: list[tuple[str, int, str]] = []
        self.env.runtime.on_end = self._end
        self.traffic: Traffic = install(self.env, bench.network)

    def _end(self, process: Process, code: int, reason: str) -> None:
        process.phase = Phase.EXITED
        self.ended.append((process.pod, code, reason))

    def run(self, seconds: float = 120.0) -> Health:
        """Let time pass; how the client fares in the last minute."""
        self.env.clock.run(seconds)
        return self.traffic.health("buyers", 60.0)

    def log(self, process: Process) -> str:
        """All that it logged."""
        return "\n".join(each.text for each in self.env.runtime.lines(process.pod_uid, process.container) or ())

    def metric(self, name: str, **wanted: str) -> float:
        """The sum of a family's series with these labels."""
        families = dict(self.env.metrics.collect())
        return sum(v for at, v in families.get(name, {}).items() if wanted.items() <= dict(at).items())


def test_a_healthy_application_serves_nearly_everything_quickly():
    shop = Shop()
    health = shop.run()
    assert health.success > 0.999
    assert 0.01 < health.seconds < 0.1
    assert health.rps == pytest.approx(20, rel=0.1)
    assert 0.02 < shop.front[0].cpu < 0.03
    assert shop.front[0].memory > 64 * MI * 0.95
    assert shop.metric("istio_requests_total", destination_workload="orders", reporter="source") > 1500
    assert shop.metric("probe_success") == 1.0
    assert shop.metric("container_cpu_usage_seconds_total", pod="orders-0") > 1
    assert "error" not in shop.log(shop.front[0])
    assert not shop.ended


def test_a_wrong_password_fails_requests_and_is_logged_on_both_sides():
    shop = Shop()
    for each in shop.orders:
        each.environment["PASSWORD"] = "two"
    assert shop.run().success < 0.01
    assert 'password authentication failed for user \\"orders\\" (SQLSTATE 28P01)' in shop.log(shop.orders[0])
    assert 'FATAL:  password authentication failed for user "orders"' in shop.log(shop.db)
    assert "500 Internal Server Error" in shop.log(shop.front[0])
    assert shop.orders[0].notes["unready"] == 1.0
    assert shop.traffic.workload(Ref("StatefulSet", "shop", "db")).rps == 0


def test_changing_the_secret_of_a_database_does_not_change_the_database():
    shop = Shop()
    assert shop.run().success > 0.99
    shop.db.environment["POSTGRES_PASSWORD"] = "two"
    assert shop.run().success > 0.99
    dependency = ORDERS.dependencies[0]
    assert shop.bench.network.check(shop.orders[0], dependency).failure is None
    shop.orders[0].environment["PASSWORD"] = "two"
    assert shop.bench.network.check(shop.orders[0], dependency).failure is Failure.AUTHENTICATION


def test_a_defect_of_one_operation_fails_that_operation_and_its_callers():
    shop = Shop()
    defect = Defect(Ref("StatefulSet", "shop", "orders"), Effect(errors=0.5, log="division by zero"))
    shop.env.world.disturb(defect)
    assert shop.run().success == pytest.approx(0.5, abs=0.02)
    assert "division by zero" in shop.log(shop.orders[0])
    assert shop.metric("istio_requests_total", destination_workload="orders", response_code="500") > 100
    shop.env.world.calm(defect)
    assert shop.run().success > 0.99


def test_a_feature_flag_works_while_its_file_says_so():
    shop = Shop()
    shop.front[0].files["/etc/flags.json"] = '{"broken": true}'
    assert shop.run().success == pytest.approx(0.5, abs=0.02)
    assert "flag broken is on" in shop.log(shop.front[0])
    shop.front[0].files = {"/etc/flags.json": '{"broken": false}'}
    assert shop.run().success > 0.99


def test_a_tight_cpu_limit_throttles_and_slows():
    shop = Shop()
    before = shop.run().seconds
    for each in shop.orders:
        each.cpu_limit = 0.034
    health = shop.run()
    assert shop.orders[0].throttled > 0.5
    assert health.seconds > before * 1.5
    assert shop.metric("container_cpu_cfs_throttled_periods_total", pod="orders-0") > 100
    for each in shop.orders:
        each.cpu_limit = 0.01
    assert shop.run().success < 0.8


def test_a_leak_ends_in_an_out_of_memory_kill_and_enough_memory_does_not():
    shop = Shop(front=replace(FRONT, defect=Effect(leak=MI)))
    shop.front[0].memory_limit = 128 * MI
    shop.run(150)
    assert shop.ended == [("front-0", 137, "OOMKilled")]
    assert shop.front[1].memory > 150 * MI


def test_delay_adds_to_every_call_and_loss_beyond_timeouts_fails_them():
    shop = Shop()
    target = Ref("StatefulSet", "shop", "db")
    delay = NetworkDelay(target, 0.4)
    shop.env.world.disturb(delay)
    health = shop.run()
    assert health.seconds > 0.4
    assert health.success > 0.99
    assert shop.metric("container_net_latency_seconds", pod="orders-0") > 0.4
    shop.env.world.calm(delay)
    shop.env.world.disturb(NetworkDelay(target, 6.0))
    assert shop.run().success < 0.05
    assert "context deadline exceeded" in shop.log(shop.front[0])
    shop.env.world.disturbances.clear()
    shop.env.world.disturb(NetworkLoss(target, 0.4))
    health = shop.run()
    assert health.seconds > 0.3
    assert shop.metric("container_net_tcp_retransmits_total", pod="orders-0") > 100


def test_too_many_callers_run_a_database_out_of_connections():
    shop = Shop()
    shop.db.arguments = ("-c", "max_connections=4")
    assert shop.run().success < 0.999
    shop.db.arguments = ("-c", "max_connections=3")
    assert shop.run().success < 0.9
    assert "sorry, too many clients already" in shop.log(shop.db)
    assert shop.metric("pg_stat_activity_count") == 3
    assert shop.bench.network.check(shop.front[0], ORDERS.dependencies[0]).failure is not None
    shop.db.arguments = ()
    assert shop.run().success > 0.99


def test_a_full_volume_fails_writes():
    shop = Shop()
    shop.bench.network.parties.of(shop.db)
    pod = shop.bench.pod(
        "db-1",
        program=DATABASE,
        environment=shop.db.environment,
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-1"}}],
    )
    shop.bench.set_endpoints("db", [pod])
    assert shop.run().success > 0.99
    shop.env.world.disturb(DiskFill(Ref("PersistentVolumeClaim", "shop", "data-db-1"), 1.0))
    assert shop.run().success < 0.6
    assert "No space left on device" in shop.log(pod)
    assert "SQLSTATE 53100" in shop.log(shop.orders[0])


def test_a_surge_and_stress_use_up_the_cpu():
    shop = Shop()
    quiet = shop.run()
    shop.env.world.disturb(Surge("buyers", 10.0))
    busy = shop.run()
    assert busy.rps > quiet.rps * 8
    shop.env.world.disturb(CpuStress(Ref("Node", "", "node-1"), 8.0))
    assert shop.run().seconds > quiet.seconds * 2
    assert shop.metric("node_load1", node="node-1") > 3.9


def test_when_nobody_answers_callers_say_so():
    shop = Shop()
    shop.run()
    shop.bench.set_endpoints("orders", [])
    assert shop.run().success == 0
    log = shop.log(shop.front[0])
    assert 'Get \\"http://orders:80\\": dial tcp 10.96.1.' in log
    assert "connect: connection refused" in log
    assert shop.metric("istio_requests_total", response_code="503", reporter="source") > 100
    assert shop.metric("probe_success") == 0


def test_cycles_in_the_call_graph_do_not_hang():
    loop = replace(
        ORDERS,
        dependencies=(Dependency("front", "http://front"),),
        operations=(Operation("POST /orders", 0.006, 0.003, (Use("front", "POST /checkout", 0.5),)),),
    )
    shop = Shop(orders=loop)
    assert shop.run().success > 0.99


def test_flags_and_defects_that_exit_end_the_process_after_their_last_words():
    shop = Shop()
    shop.run(30)
    effect = Effect(exits=2, after=4.0, log="panic: assignment to entry in nil map")
    shop.env.world.disturb(Defect(Ref("Pod", "shop", "front-1"), effect))
    shop.run(30)
    assert shop.ended == [("front-1", 2, "Error")]
    assert "goroutine 1 [running]:" in shop.log(shop.front[1])


def test_traces_follow_the_call_graph():
    shop = Shop()
    shop.run()
    spans = list(shop.env.spans.kept)
    traces = {each.trace: [one for one in spans if one.trace == each.trace] for each in spans}
    one = next(iter(traces.values()))
    assert [(each.service, each.kind) for each in one] == [
        ("front", "server"),
        ("front", "client"),
        ("orders", "server"),
        ("orders", "client"),
    ]
    assert one[1].parent == one[0].span
    assert one[0].seconds >= one[1].seconds >= one[2].seconds
    assert one[3].attributes == (("db.system", "postgresql"),)


def _refuse(_: str, __: Asked) -> tuple[bool, str]:
    return False, ""


def _allow(_: str, __: Asked) -> tuple[bool, str]:
    return True, ""


def test_refused_calls_of_the_api_are_logged_and_make_critical_programs_unready():
    program = replace(FRONT, api=(ApiUse("list", "configmaps", critical=True),))
    shop = Shop(front=program)
    shop.traffic.api_calls.allowed = _refuse
    shop.run()
    wanted = 'cannot list resource \\"configmaps\\" in API group \\"\\" in the namespace \\"shop\\"'
    assert wanted in shop.log(shop.front[0])
    assert shop.front[0].notes["unready"] == 1.0
    shop.traffic.api_calls.allowed = _allow
    shop.run()
    assert "unready" not in shop.front[0].notes


def test_the_same_seed_gives_the_same_run():
    def story() -> list[object]:
        shop = Shop()
        shop.env.world.disturb(NetworkLoss(Ref("StatefulSet", "shop", "orders"), 0.3))
        shop.run()
        return [shop.log(shop.front[0]), list(shop.env.spans.kept), shop.traffic.health("buyers", 100)]

    assert story() == story()


def test_a_broken_corefile_ends_new_dns_servers_and_running_ones_keep_the_old_one():
    shop = Shop()
    assert shop.run(60).success > 0.99
    old = shop.bench.dns[0]
    old.files = {"/etc/coredns/Corefile": ".:53 {\n    kubernets cluster.local\n}\n"}
    assert shop.run().success > 0.99
    assert "plugin/reload: Corefile changed but reload failed" in shop.log(old)
    new = replace(old, pod_uid="new", pod="coredns-new", ip="10.244.1.250")
    shop.env.runtime.start(new)
    shop.run(10)
    assert ("coredns-new", 1, "Error") in shop.ended
    assert "Corefile:2 - Error during parsing: Unknown directive 'kubernets'" in shop.log(new)


def test_without_traffic_nothing_flows():
    shop = Shop()
    shop.traffic.enabled = False
    assert shop.run().rps == 0
    assert shop.front[0].cpu == 0

from __future__ import annotations

from midwatch.detectors import addresses
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, config_map, deployment, pod, service

FRONT = Ref("Deployment", "shop", "front")


def run(inventory: Inventory) -> list[Finding]:
    return [each for detector in addresses.DETECTORS for each in detector(inventory)]


def calls(*, ready: bool = True, **env: str) -> str:
    return app("front", env=env, ready=ready)


def test_addresses_that_resolve_yield_nothing() -> None:
    env = {
        "CART_ADDR": "cart:80",
        "CART_URL": "http://cart.shop.svc.cluster.local/x",
        "HOME_URL": "https://a.example.com",
    }
    assert (
        run(
            inventory_of(
                app("cart"), app("front", env={**env, "LISTEN": "0.0.0.0:8080", "MODE": "fast", "EMPTY_ADDR": ""})
            )
        )
        == []
    )


def test_a_slip_in_the_name_is_blamed_on_the_workload_that_holds_it() -> None:
    (found,) = run(inventory_of(app("cartservice"), calls(CART_SERVICE_ADDR="cartservic:80")))
    assert found.claims[0].cause == "service-address-mismatch"
    assert found.claims[0].culprit == FRONT
    assert found.claims[0].strength >= 0.75
    assert found.status is Status.ACTIVE


def test_a_suffix_too_much_is_a_slip_and_an_error_when_the_workload_suffers() -> None:
    (found,) = run(inventory_of(app("redis"), calls(ready=False, REDIS_ADDR="redis-invalid:80")))
    assert (found.severity, found.claims[0].strength) == (Severity.ERROR, 0.9)


def test_an_optional_part_that_is_not_installed_is_no_fault() -> None:
    found = run(inventory_of(app("cart"), calls(ASSISTANT_SERVICE_ADDR="assistantservice:80")))
    assert all(each.severity is Severity.INFO for each in found)


def test_a_port_that_the_service_does_not_expose() -> None:
    (found,) = run(inventory_of(app("redis"), calls(REDIS_ADDR="redis:6380")))
    assert found.claims[0].cause == "service-address-port-mismatch"
    assert found.claims[0].culprit == FRONT


def test_host_and_port_in_two_variables() -> None:
    found = run(inventory_of(app("db"), calls(DB_HOST="db", DB_PORT="5432")))
    assert causes_of(found) == {"service-address-port-mismatch"}
    assert run(inventory_of(app("db"), calls(DB_HOST="db", DB_PORT="80"))) == []


def test_headless_services_do_not_restrict_ports() -> None:
    headless = service("db", clusterIP="None")
    assert run(inventory_of(deployment("db"), pod("db"), headless, calls(DB_ADDR="db:5432"))) == []


def test_a_service_in_another_namespace_needs_its_namespace() -> None:
    found = run(inventory_of(service("db", namespace="data"), calls(DB_ADDR="db:80")))
    assert causes_of(found) == {"service-address-mismatch"}
    assert run(inventory_of(service("db", namespace="data"), calls(DB_ADDR="db.data:80"))) == []


def test_a_wrong_namespace() -> None:
    found = run(inventory_of(app("cart"), calls(CART_ADDR="cart.shopp.svc.cluster.local:80")))
    assert causes_of(found) == {"service-address-mismatch"}


def test_a_variable_that_names_one_service_and_holds_another() -> None:
    found = run(inventory_of(app("cartservice"), app("checkout"), calls(CART_SERVICE_ADDR="checkout:80")))
    assert causes_of(found) == {"service-address-mismatch"}


def test_a_proxy_in_between_is_plausible() -> None:
    assert run(inventory_of(app("cart"), app("envoy-proxy"), calls(CART_ADDR="envoy-proxy:80"))) == []


def test_a_deleted_service_is_missing_and_not_the_address_wrong() -> None:
    parts = deployment("cart"), pod("cart"), calls(CART_ADDR="cart:80")
    (found,) = run(inventory_of(*parts))
    assert (found.claims[0].cause, found.claims[0].culprit) == ("service-missing", Ref("Service", "shop", "cart"))


def test_nothing_is_missing_when_services_could_not_be_listed() -> None:
    assert run(inventory_of(calls(CART_ADDR="cart:80"), denied=("Service",))) == []


def test_addresses_in_a_mounted_config_map_and_in_arguments() -> None:
    volume: JSON = [{"name": "c", "configMap": {"name": "conf"}}]
    text = "spring:\n  redis:\n    url: redis://redys:80\n"
    mounted = deployment("front", spec={"volumes": volume}) + pod("front") + config_map("conf", **{"a.yml": text})
    assert causes_of(run(inventory_of(app("redis"), mounted))) == {"service-address-mismatch"}
    told = deployment("front", container={"args": ["--redis-addr=redis:6380"]}) + pod("front")
    assert causes_of(run(inventory_of(app("redis"), told))) == {"service-address-port-mismatch"}


def test_what_a_workload_announces_of_itself_need_not_be_exposed() -> None:
    env = {"ADVERTISED_LISTENERS": "PLAINTEXT://broker:29092"}
    assert run(inventory_of(app("broker", env=env))) == []


def test_hosts_of_the_pods_own_hosts_file_resolve() -> None:
    alias: JSON = [{"ip": "10.0.0.1", "hostnames": ["legacy"]}]
    legacy = deployment("front", env={"LEGACY_HOST": "legacy"}, spec={"hostAliases": alias}) + pod("front")
    assert run(inventory_of(legacy, app("cart"))) == []


def test_a_url_without_port_to_a_service_on_another_port_waits() -> None:
    parts = deployment("api"), pod("api"), service("api", port=8080), calls(API_URL="http://api/v1")
    (found,) = run(inventory_of(*parts))
    assert (causes_of([found]), found.status) == ({"service-address-port-mismatch"}, Status.LATENT)


def test_several_slips_of_one_workload_are_one_finding() -> None:
    (found,) = run(inventory_of(app("cart"), app("orders"), calls(CART_ADDR="carts:80", ORDERS_ADDR="order:80")))
    assert len(found.facts) == 2

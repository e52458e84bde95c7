from __future__ import annotations

import time

import pytest

from midwatch.knowledge.addresses import Address, Problem, resolve, service_addresses, variable_addresses
from midwatch.knowledge.names import alike, closest, subject_of
from tests.builders import inventory_of
from tests.detectors.networking import service


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cart:7070", [("cart", 7070, "")]),
        ("jdbc:mysql://db-leader:3306/ts?x=1", [("db-leader", 3306, "jdbc:mysql")]),
        ("redis://:pw@redis-master:6379/0", [("redis-master", 6379, "redis")]),
        ("amqp://u:p@mq.data.svc.cluster.local:5672//", [("mq.data.svc.cluster.local", 5672, "amqp")]),
        ("mongodb://u:p@a:27017,b:27018/db", [("a", 27017, "mongodb"), ("b", 27018, "")]),
        ("PLAINTEXT://k-0:9092,PLAINTEXT://k-1:9092", [("k-0", 9092, "plaintext"), ("k-1", 9092, "plaintext")]),
        ("lb://${USER_HOST:users}", [("users", None, "lb")]),
        ("user:12345@tcp(mysql:3306)/db", [("mysql", 3306, "")]),
        ("host=pg port=5432 user=x", [("pg", 5432, "")]),
        ("spring.redis.host=redis\nspring.redis.port=6379", [("redis", 6379, "")]),
        ("server:\n  host: mysql\n  port: 3306\n", [("mysql", 3306, "")]),
        ("proxy_pass http://cart;", [("cart", None, "http")]),
        ("at 12:30:45 in image redis:7", []),
        ("registry.example.com/team/app:8080", []),
        ("http://localhost:80 127.0.0.1:80", []),
    ],
)
def test_addresses_in_text(text: str, found: list[tuple[str, int | None, str]]) -> None:
    assert [tuple(each) for each in service_addresses(text)] == found


def test_host_variables_are_joined_with_their_port() -> None:
    found = dict(variable_addresses({"DB_HOST": "mysql", "DB_PORT": "3306", "GREETING": "hello", "SVC": "true"}))
    assert found == {"DB_HOST": Address("mysql", 3306)}


@pytest.mark.parametrize("bit", ["a", "a.", "a:1", "${", "http://", "\n", "x=", "host=", "a@", "${a:", "a:b://"])
def test_hostile_text_takes_linear_time(bit: str) -> None:
    began = time.perf_counter()
    list(service_addresses(bit * (200_000 // len(bit))))
    assert time.perf_counter() - began < 1


def test_names_resolve_as_dns_does() -> None:
    inventory = inventory_of(service("cart"), service("db", namespace="data", clusterIP="10.96.7.7"))

    def problem(host: str, port: int | None = None) -> Problem | None:
        return resolve(inventory, "shop", Address(host, port)).problem

    assert resolve(inventory, "shop", Address("cart")).service is not None
    assert resolve(inventory, "shop", Address("db.data.svc.cluster.local", 80)).service is not None
    assert resolve(inventory, "shop", Address("pod-0.db.data.svc", 80)).name == "db"
    assert resolve(inventory, "shop", Address("10.96.7.7")).name == "db"
    assert resolve(inventory, "shop", Address("example.com")).name == ""
    assert problem("cart", 81) is Problem.WRONG_PORT
    assert problem("db") is Problem.ELSEWHERE
    assert problem("nothing") is Problem.NO_SERVICE
    assert problem("db.dat.svc") is Problem.NO_NAMESPACE


def test_slips_are_alike_and_numbered_siblings_are_not() -> None:
    assert alike("productcatalogservic", "productcatalogservice")
    assert alike("cart_service", "cart-service")
    assert alike("redis-cart-invalid", "redis-cart")
    assert not alike("kafka-0", "kafka-1")
    assert not alike("adservice", "cartservice")
    assert closest("ordres", ["carts", "orders"]) == "orders"
    assert subject_of("PRODUCT_CATALOG_SERVICE_ADDR") == subject_of("productcatalogservice") == "productcatalog"

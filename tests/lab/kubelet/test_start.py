"""A pod's way to readiness, and back out."""

from __future__ import annotations

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, condition_of, status
from midwatch.lab.core.store import Change
from midwatch.lab.world.programs import Lifetime
from tests.lab.kubelet.bench import bench, program, publish

READY: Obj = {"readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 5}}


def test_a_healthy_pod_becomes_ready_with_few_status_writes() -> None:
    lab = bench()
    writes: list[str] = []

    def count(change: Change) -> None:
        writes.append(change.type)

    lab.env.store.watch(count, POD)
    lab.pod(container=READY)
    lab.run(30)
    assert lab.is_ready()
    assert lab.phase() == "Running"
    assert writes.count("MODIFIED") <= 3
    assert status(lab.get())["podIP"].startswith("10.244.1.")
    assert lab.app()["imageID"].startswith("registry.example/shop/cart@sha256:")
    assert [each for each in lab.reasons() if each != "Unhealthy"] == ["Pulling", "Pulled", "Created", "Started"]


def test_an_image_that_is_there_is_not_pulled_again() -> None:
    lab = bench()
    lab.pod("one")
    lab.run(20)
    lab.pod("two")
    lab.run(20)
    assert ("Pulled", 'Container image "registry.example/shop/cart:1.0" already present on machine') in lab.events(
        "two"
    )


def test_each_condition_of_a_starting_pod_says_why() -> None:
    lab = bench(program(start=20.0))
    lab.pod(container=READY)
    lab.run(8)
    found = condition_of(lab.get(), "Ready")
    assert found is not None
    assert (found["reason"], found["message"]) == ("ContainersNotReady", "containers with unready status: [app]")
    initialized = condition_of(lab.get(), "PodReadyToStartContainers")
    assert initialized is not None
    assert initialized["status"] == "True"
    lab.run(30)
    assert lab.is_ready()


def test_a_deleted_pod_stops_in_order_and_goes() -> None:
    lab = bench()
    lab.pod()
    lab.run(20)
    process = lab.process()
    lab.env.registry.delete(POD, "shop", "cart")
    lab.run(20)
    assert lab.env.store.get(POD, "shop", "cart") is None
    assert not process.serving
    assert ("Killing", "Stopping container app") in lab.events()


def test_a_pod_deleted_while_its_image_is_pulled_goes_too() -> None:
    lab = bench(size=6_000_000_000)
    lab.pod()
    lab.run(10)
    lab.env.registry.delete(POD, "shop", "cart")
    lab.run(10)
    assert lab.env.store.get(POD, "shop", "cart") is None


def test_init_containers_run_in_order_before_the_others() -> None:
    lab = bench(program(lifetime=Lifetime.ENDS, duration=5.0))
    image = "registry.example/shop/cart:1.0"
    lab.pod(
        initContainers=[{"name": "one", "image": image}, {"name": "two", "image": image}], restartPolicy="Never"
    )
    lab.run(6)
    found = condition_of(lab.get(), "Initialized")
    assert found is not None
    assert found["message"] == "containers with incomplete status: [one two]"
    assert lab.waiting()[0] == "PodInitializing"
    lab.run(60)
    assert lab.phase() == "Succeeded"
    states = [each["state"]["terminated"]["reason"] for each in status(lab.get())["initContainerStatuses"]]
    assert states == ["Completed", "Completed"]


def test_a_failing_init_container_without_restarts_fails_the_pod() -> None:
    lab = bench(program(lifetime=Lifetime.ENDS, duration=2.0, exit=3))
    lab.pod(initContainers=[{"name": "one", "image": "registry.example/shop/cart:1.0"}], restartPolicy="Never")
    lab.run(60)
    assert lab.phase() == "Failed"
    assert lab.waiting()[0] == "PodInitializing"


def test_a_sidecar_runs_beside_a_job_and_is_stopped_after_it() -> None:
    lab = bench(program(lifetime=Lifetime.ENDS, duration=8.0))
    publish(lab.env.world, program(name="proxy", ports=()), name="proxy")
    side = {"name": "proxy", "image": "registry.example/shop/proxy:1.0", "restartPolicy": "Always"}
    lab.pod(initContainers=[side], restartPolicy="Never")
    lab.run(12)
    assert lab.phase() == "Running"
    lab.run(40)
    assert lab.phase() == "Succeeded"
    assert "terminated" in status(lab.get())["initContainerStatuses"][0]["state"]


def test_host_network_pods_have_the_address_of_their_node() -> None:
    lab = bench()
    lab.pod(hostNetwork=True)
    lab.run(20)
    assert status(lab.get())["podIP"] == status(lab.get())["hostIP"]


def test_two_processes_on_one_port_of_a_node_collide() -> None:
    lab = bench()
    lab.pod("one", hostNetwork=True)
    lab.run(20)
    lab.pod("two", hostNetwork=True)
    lab.run(40)
    assert any("address already in use" in line for line in lab.log("two", previous=True) + lab.log("two"))
    assert lab.app("two")["restartCount"] > 0


def test_a_pod_past_its_deadline_fails() -> None:
    lab = bench()
    lab.pod(activeDeadlineSeconds=30)
    lab.run(20)
    assert lab.phase() == "Running"
    lab.run(60)
    assert (lab.phase(), status(lab.get())["reason"]) == ("Failed", "DeadlineExceeded")

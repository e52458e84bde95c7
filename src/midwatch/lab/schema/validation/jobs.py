"""Jobs and CronJobs.

Source: kubernetes/pkg/apis/batch/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, name_of, spec
from midwatch.lab.schema.validation.errors import bad, required, unsupported
from midwatch.lab.schema.validation.numbers import IMMUTABLE, not_negative, same
from midwatch.lab.schema.validation.pods import check_template
from midwatch.lab.schema.validation.schedules import complaint
from midwatch.lab.schema.validation.selectors import check_selector, check_template_labels

_COUNTS = ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
           "backoffLimitPerIndex", "maxFailedIndexes")  # fmt: skip
_FIXED = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")
_SCHEDULING = ("nodeSelector", "tolerations", "affinity", "schedulingGates")


def job(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Job."""
    body = spec(new)
    yield from _body(body, "spec")
    selector: Obj | None = body.get("selector")
    if selector is None:
        yield required("spec.selector")
    else:
        yield from check_selector(selector, "spec.selector")
        yield from check_template_labels(selector, body.get("template") or {}, "spec.template")
    if old is not None:
        yield from _update(body, spec(old))


def _update(new: Obj, old: Obj) -> Iterator[FieldError]:
    elastic = new.get("completionMode") == "Indexed" and new.get("completions") == new.get("parallelism")
    if new.get("completions") != old.get("completions") and not elastic:
        yield bad("spec.completions", new.get("completions"), IMMUTABLE)
    if new.get("selector") != old.get("selector"):
        yield bad("spec.selector", new.get("selector"), IMMUTABLE)
    before, after = old.get("template"), new.get("template")
    if old.get("suspend"):
        before, after = _unscheduled(before or {}), _unscheduled(after or {})
    if before != after:
        yield bad("spec.template", new.get("template"), IMMUTABLE)
    yield from same(new, old, "spec", _FIXED)


def _unscheduled(template: Obj) -> Obj:
    """A suspended Job's template without what queue managers may still change."""
    head: Obj = template.get("metadata") or {}
    body = {key: value for key, value in spec(template).items() if key not in _SCHEDULING}
    return {"metadata": {**head, "labels": None, "annotations": None}, "spec": body}


def _body(body: Obj, path: str) -> Iterator[FieldError]:
    yield from not_negative(body, path, *_COUNTS)
    mode = body.get("completionMode")
    if mode not in (None, "NonIndexed", "Indexed"):
        yield unsupported(f"{path}.completionMode", mode, ("Indexed", "NonIndexed"))
    elif mode == "Indexed" and body.get("completions") is None:
        yield required(f"{path}.completions", "when completion mode is Indexed")
    template: Obj = body.get("template") or {}
    yield from check_template(template, f"{path}.template")
    policy = spec(template).get("restartPolicy")
    if policy not in ("OnFailure", "Never"):
        yield required(f"{path}.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"')
    elif body.get("podFailurePolicy") and policy != "Never":
        yield bad(
            f"{path}.template.spec.restartPolicy",
            policy,
            'only "Never" is supported when podFailurePolicy is specified',
        )


def cron_job(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A CronJob."""
    body = spec(new)
    name = name_of(new)
    if old is None and len(name) > 52:
        yield bad("metadata.name", name, "must be no more than 52 characters")
    schedule = body.get("schedule") or ""
    if not schedule:
        yield required("spec.schedule")
    elif "TZ" in schedule:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield bad("spec.schedule", schedule, why)
    elif why := complaint(schedule):
        yield bad("spec.schedule", schedule, why)
    yield from not_negative(
        body, "spec", "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"
    )
    yield from _zone(body.get("timeZone"))
    if body.get("concurrencyPolicy") not in ("Allow", "Forbid", "Replace"):
        yield unsupported("spec.concurrencyPolicy", body.get("concurrencyPolicy"), ("Allow", "Forbid", "Replace"))
    inner: Obj = spec(body.get("jobTemplate") or {})
    yield from _body(inner, "spec.jobTemplate.spec")
    if inner.get("selector") is not None:
        yield bad("spec.jobTemplate.spec.selector", inner["selector"], "`selector` will be auto-generated")
    if inner.get("manualSelector"):
        yield unsupported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false"))


def _zone(zone: str | None) -> Iterator[FieldError]:
    if zone is None:
        return
    if not zone:
        yield bad("spec.timeZone", zone, "timeZone must be nil or non-empty string")
    elif zone.lower() == "local":
        yield bad(
            "spec.timeZone",
            zone,
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
        )
    else:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield bad("spec.timeZone", zone, f"unknown time zone {zone}")

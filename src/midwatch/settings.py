"""All configuration, from the environment (`MIDWATCH_*`) and nowhere else. Command-line options win over it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Defaults that suit most clusters. Times in seconds."""

    model_config = SettingsConfigDict(env_prefix="MIDWATCH_", frozen=True, extra="ignore")

    kubeconfig: Path | None = Field(
        default=None, description="kubeconfig file; unset: $KUBECONFIG, then ~/.kube/config, then in-cluster"
    )
    timeout: float = Field(default=20, gt=0, le=600, description="seconds to wait for one API request")
    page_size: int = Field(default=500, ge=1, le=5000, description="objects asked for in one page of a LIST")
    concurrency: int = Field(default=8, ge=1, le=64, description="API requests in flight at the same time")
    steps: int = Field(default=4, ge=0, le=20, description="rounds of further queries after the survey")
    queries_per_step: int = Field(default=12, ge=1, le=100, description="queries in one round")
    recent: float = Field(
        default=3600, ge=0, description="how long ago a recovered symptom still makes the verdict `recovered`"
    )
    prometheus_url: str | None = Field(
        default=None, description="URL of the Prometheus to ask for signals and calls; unset: none is asked"
    )
    prometheus_token: SecretStr | None = Field(
        default=None, description="bearer token for it; a user and password may stand in the URL instead"
    )
    runtime_folder: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("MIDWATCH_RUNTIME_FOLDER", "XDG_RUNTIME_DIR"),
        description="folder of yours in which a running lab says where it is; unset: $XDG_RUNTIME_DIR, then the"
        " one for temporary files",
    )
    language: Literal["en", "zh"] = Field(default="en", description="language of reports")

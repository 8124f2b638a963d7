"""Dockerfile, compose file and job template: without Docker what they say is held to what there is."""

import json
import re
import shlex
import shutil
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import settings as prefect_settings

from blocks.configuration.settings import Settings
from flows.deploying import HOME, here
from tests import ROOT

FOLDER = ROOT / "deployments"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("server", "setup", "worker", "s3", "pictures")
OTHERS = {"IMAGES_SERVER_HOSTS", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "BUCKET", "RCLONE_AUTH_KEY"}
PREFECT_REDIS = {"PREFECT_REDIS_MESSAGING_HOST"}  # of the extra `redis`, which only the image has
DOCKERFILE = (FOLDER / "Dockerfile").read_text()


def unknown(names: Iterable[str]) -> set[str]:
    """The variables that neither the product nor Prefect nor an image reads."""
    known = {name.upper() for name in Settings.model_fields} | {HOME} | OTHERS | PREFECT_REDIS
    return {name for name in set(names) - known if not hasattr(prefect_settings, name)}


def test_every_variable_of_the_services_is_read_by_somebody() -> None:
    """A misspelt variable would be ignored in silence: each is a setting of the product, of Prefect or of an image."""
    assert unknown(name for service in SERVICES.values() for name in service.get("environment", {})) == set()


def test_every_variable_to_be_filled_in_has_an_example() -> None:
    """What compose.yaml takes from .env stands in .env.example, and nothing stands there in vain."""
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (FOLDER / ".env.example").read_text(), re.MULTILINE))
    assert asked | {"COMPOSE_PROFILES"} == offered


def test_only_setup_gets_the_keys() -> None:
    """Keys reach the one service that saves them as blocks; the trial store knows its own."""
    secret = {"B2_APPLICATION_KEY", "REPLICATE_API_TOKEN", "CHUTES_API_KEY", "IMAGES_LLM_API_KEY", "IMAGES_ALERTS_URL"}
    assert {name for name, service in SERVICES.items() if secret & set(service.get("environment", {}))} == {"setup"}
    assert not re.search(r"TOKEN|KEY|SECRET|PASSWORD", DOCKERFILE)


def test_images_are_pinned_and_ours_is_built_here() -> None:
    """No image is `latest` or without a full version; ours is built from this folder."""
    bases = [*re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)]
    bases += [re.sub(r"\$\{\w+:-(.*)\}", r"\1", SERVICES[name]["image"]) for name in SERVICES if name not in OURS]
    assert len(bases) == 3
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-\w+(-\w+)?", image) for image in bases), bases
    for name in OURS:
        assert SERVICES[name]["build"] == {"context": "..", "dockerfile": "deployments/Dockerfile"}


@pytest.mark.parametrize("name", OURS)
def test_the_programs_that_services_run_are_installed_by_the_lock(name: str) -> None:
    """Each program of a command is one that an installation has."""
    words = " ".join(SERVICES[name]["command"])
    programs = {shlex.split(part)[0] for part in re.split(r"&&|\bexec\b|sh -ec", words) if part.strip()} - {"mkdir"}
    scripts = sysconfig.get_path("scripts")
    assert programs
    assert [program for program in programs if not shutil.which(program, path=scripts)] == []


def test_every_dependency_is_a_service_and_every_volume_is_declared() -> None:
    """compose refuses a file that names what it does not have."""
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= set(SERVICES)
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])


def test_what_the_image_copies_is_there_and_is_let_in() -> None:
    """Every file that the Dockerfile copies exists, and .dockerignore lets it through; .env it does not."""
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    names = {name for line in copied for name in line.split()}
    assert names == let_in
    assert all((ROOT / name).exists() for name in names)


def test_the_job_template_runs_our_image_and_names_what_pools_fill_in() -> None:
    """Every placeholder of the manifest has a variable; the image's folder and command are those of the Dockerfile."""
    template = json.loads((FOLDER / "kubernetes-job-template.json").read_text())
    asked = set(re.findall(r"{{ (\w+) }}", json.dumps(template["job_configuration"])))
    variables = template["variables"]["properties"]
    assert asked <= set(variables)
    assert unknown(variables["env"]["default"]) == set()
    pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    assert f"USER {pod['securityContext']['runAsUser']}" in DOCKERFILE


def test_containers_can_do_no_more_than_they_must() -> None:
    """No capabilities, no way to gain any, no token of the cluster's API: in pods and in compose's containers."""
    template = json.loads((FOLDER / "kubernetes-job-template.json").read_text())
    pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_runs_start_in_the_folder_of_each_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With IMAGES_HOME a deploy names no program of the machine that deploys; without it, this very Python."""
    assert here()["engine"].startswith(sysconfig.get_path("scripts"))
    monkeypatch.setenv(HOME, str(tmp_path))
    assert here() == {"folder": str(tmp_path), "engine": "python -m flows.lifecycle.run_engine"}

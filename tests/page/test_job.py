"""Jobs: what they yield, how they end, and that a reader who leaves the page's server stops them."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from estimative.model.record.run_store import Store
from estimative.page import actions, requests
from estimative.page.app import application
from estimative.page.job import Job, JobFailed
from estimative.page.keys import Keys
from estimative.page.open_page import OpenPage, open_page
from estimative.page.part import progress_part
from estimative.page.progress import Stage
from estimative.page.stream import Stream
from estimative.priors.errors import InvalidInput
from estimative.priors.verbal_scale import ICD203
from estimative.workflows.session import Settings
from tests.command import PRIORS, SCENARIO
from tests.generators import broken, counting, endless, faulty

PATIENCE = 60
"""Seconds: on a busy machine a process may take its time to end, but one that is not stopped never does."""


def alive(job: Job[Stage]) -> bool:
    return not job._stopped and job._process.is_alive()


def test_it_yields_what_its_generator_yields() -> None:
    job = Job(counting, 5)
    assert list(job) == [0, 1, 2, 3, 4]
    assert job.complete
    assert list(Job(counting, 0)) == []


def test_errors_of_the_input_and_defects_are_raised_in_their_place() -> None:
    for work, kind, text in ((faulty, InvalidInput, "it is wrong"), (broken, JobFailed, "ZeroDivisionError: a defect")):
        job = Job(work)
        parts = iter(job)
        assert next(parts) == 1
        with pytest.raises(kind, match=text):
            next(parts)
        assert not job.complete


def test_it_can_be_stopped_while_somebody_waits_for_it() -> None:
    job = Job(endless)
    read: list[Stage] = []
    thread = threading.Thread(target=lambda: read.extend(job))
    thread.start()
    while not job._receiver.closed and not read and thread.is_alive():
        time.sleep(0.01)
        break
    for _ in range(2):
        job.stop()
    thread.join(timeout=PATIENCE)
    assert not thread.is_alive()
    assert not job.complete


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    (tmp_path / "ferry.toml").write_text(SCENARIO)
    (tmp_path / "mate.toml").write_text(PRIORS)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    settings, store = Settings(method="importance"), Store(tmp_path / "runs")
    names = [str(tmp_path / "mate.toml")]
    opened = open_page(str(tmp_path / "ferry.toml"), names, None, settings=settings, scale=ICD203, store=store)
    yield opened
    opened.close()


def test_a_reader_who_leaves_the_server_stops_the_job(page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a job without an end would go on without anybody."""

    def going_on(page: OpenPage, _: requests.Look) -> Stream:
        job = page.start("rest", Job(endless))
        return Stream(parts=map(progress_part, job), job=job)

    action = actions.Action(request=requests.Look, answer=going_on)
    monkeypatch.setitem(actions.ACTIONS, "endless", action)  # type: ignore[misc]
    keys = Keys(changed=lambda key: None)
    hosts = ["127.0.0.1:0"]
    server = uvicorn.Server(uvicorn.Config(application(page, keys, hosts), port=0, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    token = keys.enter(keys.key) or ""
    headers = {"host": hosts[0], "origin": f"http://{hosts[0]}", "content-type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/api/endless", b"{}", {**headers, "x-estimative-token": token})
    reader = connection.getresponse()
    assert json.loads(reader.readline())["stage"] == "going on"
    job = page.jobs["rest"]
    assert alive(job)
    reader.close()
    connection.close()
    until = time.monotonic() + PATIENCE
    while alive(job) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(job)
    server.should_exit = True
    thread.join(timeout=PATIENCE)


def test_starting_jobs_from_several_threads_leaves_the_environment_as_it_was() -> None:
    """Else another process would be started in another way than the user asked."""
    before = dict(os.environ)
    threads = [threading.Thread(target=lambda: list(Job(counting, 1))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert dict(os.environ) == before

"""Requests in a log: real TFRecords, which the project reads."""

import threading
import time
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone

import pytest
import tensorflow as tf
from grpc import StatusCode
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.request_log.hourly_files import LogLimits
from serving.server import metrics
from serving.server.logs.request_log import RequestLog, RequestLogs
from serving.server.request_errors import RequestError
from serving.server.text_protos import ConfigError


def configure(folder, *, rate=1.0, kind="file", prefix=None):
    config = LoggingConfig()
    config.log_collector_config.type = kind
    config.log_collector_config.filename_prefix = (
        str(folder / "logs/flowers") if prefix is None else prefix
    )
    config.sampling_config.sampling_rate = rate
    return config


def make(name="flowers", size=0):
    record = PredictionLog()
    record.predict_log.request.model_spec.name = name
    record.predict_log.request.inputs["x"].string_val.append(bytes(size))
    return record


def read(folder):
    """The model names in each complete file, by its path."""
    return {
        path: [
            PredictionLog.FromString(raw.numpy()).predict_log.request.model_spec.name
            for raw in tf.data.TFRecordDataset(str(path))
        ]
        for path in sorted(folder.glob("logs/*.tfrecord"))
    }


def wait_until(is_true):
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count(model, code):
    return metrics.LOG_COUNT.read(model, code)


def test_requests_become_records_of_a_file_that_appears_when_it_is_complete(tmp_path):
    log = RequestLog("flowers", configure(tmp_path))
    log.record(lambda: make("a"))
    log.record(lambda: make("b"))
    log.stop()

    assert list(read(tmp_path).values()) == [["a", "b"]]
    assert not list(tmp_path.glob("logs/.*.partial"))


def test_a_new_hour_completes_the_file_without_another_request(tmp_path):
    now = [datetime(2026, 1, 1, 9, 59, tzinfo=timezone.utc)]
    log = RequestLog("flowers", configure(tmp_path), clock=lambda: now[0])
    log.record(lambda: make("a"))
    wait_until(lambda: [path for path in tmp_path.glob("logs/.*.partial") if path.stat().st_size])
    now[0] += timedelta(hours=1)
    wait_until(lambda: read(tmp_path))
    log.record(lambda: make("b"))
    log.stop()

    hours = [path.name.split("-")[1] for path in read(tmp_path)]
    assert hours == ["20260101T09", "20260101T10"]


def test_a_file_that_would_become_too_large_is_followed_by_another(tmp_path):
    log = RequestLog("flowers", configure(tmp_path), limits=LogLimits(file_bytes=1000))
    for name in "abc":
        log.record(lambda name=name: make(name, size=400))
    log.stop()

    assert list(read(tmp_path).values()) == [["a", "b"], ["c"]]


def test_a_record_over_the_size_of_a_file_is_dropped_and_counted(tmp_path):
    log = RequestLog("large", configure(tmp_path), limits=LogLimits(file_bytes=1000))
    log.record(lambda: make(size=2000))
    log.stop()

    assert not read(tmp_path)
    assert count("large", "RESOURCE_EXHAUSTED") == 1


def test_the_oldest_files_are_removed(tmp_path):
    log = RequestLog("flowers", configure(tmp_path), limits=LogLimits(file_bytes=500, files=2))
    for name in "abcd":
        log.record(lambda name=name: make(name, size=400))
    log.stop()

    assert list(read(tmp_path).values()) == [["c"], ["d"]]


def test_requests_over_what_may_wait_are_dropped_and_counted(tmp_path):
    release = threading.Event()
    log = RequestLog("busy", configure(tmp_path), most_waiting=1)
    for _ in range(5):
        log.record(lambda: (release.wait(60), make())[1])
    release.set()
    log.stop()

    assert count("busy", "OK") + count("busy", "RESOURCE_EXHAUSTED") == 5
    assert count("busy", "RESOURCE_EXHAUSTED") >= 3


def test_only_the_sample_is_logged(tmp_path):
    log = RequestLog("flowers", configure(tmp_path, rate=0.0))
    log.record(make)
    log.stop()

    assert not read(tmp_path)


def test_a_folder_that_cannot_be_written_costs_records_but_no_request(tmp_path):
    (tmp_path / "logs").write_text("a file")
    log = RequestLog("unwritable", configure(tmp_path))
    log.record(make)
    log.stop()

    assert count("unwritable", "INTERNAL") == 1


def configure_server(**models):
    config = ModelServerConfig()
    for name, logged in models.items():
        model = config.model_config_list.config.add(name=name)
        if logged:
            model.logging_config.CopyFrom(logged)
    return config


def test_only_models_with_a_configuration_are_logged(tmp_path):
    logs = RequestLogs()
    logs.configure(configure_server(flowers=configure(tmp_path), pets=None))
    logs.record("flowers", make)
    logs.record("pets", make)
    logs.stop()

    assert list(read(tmp_path).values()) == [["flowers"]]


def test_a_log_that_stays_in_the_configuration_goes_on_and_one_that_leaves_it_ends(tmp_path):
    logs = RequestLogs()
    for models in ({"a": configure(tmp_path)}, {"a": configure(tmp_path), "b": None}, {"a": None}):
        logs.configure(configure_server(**models))
        logs.record("a", make)

    assert list(read(tmp_path).values()) == [["flowers", "flowers"]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rate": 1.5}, "sampling_rate is 1.5"),
        ({"kind": "sawmill"}, "LogCollector::Factory for type: 'sawmill'"),
        ({"prefix": "gs://bucket/flowers"}, "filename_prefix is 'gs://bucket/flowers'"),
        ({"prefix": ""}, "filename_prefix is ''"),
    ],
)
def test_a_configuration_that_cannot_be_followed_is_refused(tmp_path, change, problem):
    with pytest.raises(ValueError, match=problem):
        RequestLog("flowers", configure(tmp_path, **change))


def test_the_check_names_what_is_wrong_and_changes_no_log(tmp_path):
    logs = RequestLogs()
    logs.configure(configure_server(flowers=configure(tmp_path)))
    with pytest.raises(ConfigError, match="sampling_rate is 2"):
        logs.check(configure_server(flowers=None, pets=configure(tmp_path, rate=2)))
    logs.record("flowers", make)
    logs.stop()

    assert list(read(tmp_path).values()) == [["flowers"]]


@pytest.mark.parametrize(
    ("prefix", "allowed"),
    [
        pytest.param("logs/pets", True, id="the-same-folder"),
        pytest.param("logs/../logs/pets", True, id="another-way-to-write-it"),
        pytest.param("logs/../pets", False, id="the-folder-above"),
        pytest.param("logs/deep/pets", False, id="a-folder-below"),
        pytest.param("link/pets", False, id="a-link-to-elsewhere"),
    ],
)
def test_a_client_may_only_log_to_folders_of_the_servers_configuration(tmp_path, prefix, allowed):
    (tmp_path / "link").symlink_to(tmp_path)
    logs = RequestLogs()
    logs.configure(configure_server(flowers=configure(tmp_path)))
    logs.configure(configure_server())  # A folder that was named once may be used again.
    asked = configure_server(pets=configure(tmp_path, prefix=str(tmp_path / prefix)))

    with nullcontext() if allowed else pytest.raises(RequestError) as refused:
        logs.check_remote(asked)

    assert allowed or refused.value.code is StatusCode.PERMISSION_DENIED

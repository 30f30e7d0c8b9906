"""TF Serving's flags, in the forms that its users write."""

import pytest

from serving.server import flags

BASE = "--model_base_path=/m"


@pytest.mark.parametrize(
    "written",
    [["--port=8600"], ["--port", "8600"]],
    ids=["equals", "space"],
)
def test_a_value_follows_an_equals_sign_or_a_space(written):
    assert flags.parse([BASE, *written]).port == 8600


@pytest.mark.parametrize(
    ("written", "on"),
    [
        (["--enable_batching"], True),
        (["--enable_batching=true"], True),
        (["--enable_batching=True"], True),
        (["--enable_batching", "true"], True),
        (["--enable_batching=false"], False),
        ([], False),
    ],
)
def test_a_switch_is_on_alone_or_with_true(written, on):
    assert flags.parse([BASE, *written, "--port=1"]).enable_batching is on


def test_without_flags_the_values_are_those_of_tf_serving():
    parsed = flags.parse([BASE])

    assert (parsed.port, parsed.rest_api_port, parsed.model_name) == (8500, 0, "default")
    assert (parsed.max_num_load_retries, parsed.load_retry_interval_micros) == (5, 60_000_000)
    assert (parsed.file_system_poll_wait_seconds, parsed.enable_model_warmup) == (1, True)
    assert parsed.model_config_file_poll_wait_seconds == 0


def test_flags_that_only_tune_are_accepted_and_named_on_one_line(capsys):
    flags.parse([BASE, "--tensorflow_session_parallelism=4", "--num_load_threads", "2"])

    (line,) = capsys.readouterr().err.splitlines()
    assert "--num_load_threads, --tensorflow_session_parallelism" in line


def test_a_flag_that_would_change_answers_may_be_off():
    assert flags.parse([BASE, "--prefer_tflite_model=false"]).port == 8500


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param([], "--model_config_file are empty", id="no-model"),
        pytest.param([BASE, "--port=0"], "--grpc_socket_path must be set", id="no-port"),
        pytest.param([BASE, "--rest_api_port=8500"], "both 8500", id="one-port"),
        pytest.param([BASE, "--batching_parameters_file=x"], "without --enable", id="batching"),
        pytest.param([BASE, "--use_tflite_model"], "--use_tflite_model is not", id="tflite"),
        pytest.param([BASE, "--use_alts_credentials=true"], "use --ssl_config_file", id="alts"),
        pytest.param([BASE, "--enable_batching=maybe"], "'maybe' is not true or false", id="bool"),
        pytest.param([BASE, "--port=x"], "invalid int value", id="number"),
        pytest.param([BASE, "--model_nam=x"], "unrecognized arguments: --model_nam", id="unknown"),
    ],
)
def test_flags_that_cannot_be_followed_end_the_start(written, text, capsys):
    with pytest.raises(SystemExit) as ended:
        flags.parse(written)

    assert ended.value.code == 2
    assert text in capsys.readouterr().err

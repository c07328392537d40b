"""The board's own figures, read from files as the kernel writes them."""

import pytest

from node.health import Finding, board, card, disk, temperature, voltage, worst


def put(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


@pytest.mark.parametrize(
    ("flags", "result"),
    [("0\n", "good"), ("50000\n", "warn"), ("50005\n", "bad"), ("1\n", "bad"), ("x", "unknown")],
)
def test_under_voltage_is_told_now_and_since_the_start(tmp_path, flags, result):
    put(tmp_path, THROTTLED, flags)
    assert voltage(tmp_path).result == result


def test_under_voltage_is_told_by_the_kernels_own_sensor_too(tmp_path):
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert voltage(tmp_path).result == "bad"


@pytest.mark.parametrize(
    ("milli", "result"),
    [("45277", "good"), ("69999", "good"), ("70000", "warn"), ("79999", "warn"), ("80000", "bad")],
)
def test_the_processor_is_warm_from_70_and_hot_from_80_degrees(tmp_path, milli, result):
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", milli + "\n")
    assert temperature(tmp_path).result == result


def stat_of(sectors):
    return f"    8123     1200   540000    9000     2000     3000 {sectors:8d}    70000        0    12000    79000\n"


@pytest.mark.parametrize(("sectors", "result"), [(0, "good"), (976_562, "good"), (976_564, "warn")])
def test_a_card_that_is_written_more_than_50_mb_an_hour_is_worn(tmp_path, sectors, result):
    put(tmp_path, "sys/block/mmcblk0/stat", stat_of(sectors))  # 976,562.5 sectors of 512 bytes are 500 MB
    assert card(tmp_path, uptime_s=36_000).result == result


def test_a_board_just_started_is_not_judged_by_its_first_minute(tmp_path):
    put(tmp_path, "sys/block/mmcblk0/stat", stat_of(40_000))  # 20 MB of booting
    assert card(tmp_path, uptime_s=60).result == "good"


@pytest.mark.parametrize("text", ["", "1 2 3", "a b c d e f g h", "1 2 3 4 5 6 x"])
def test_a_count_that_cannot_be_read_is_unknown(tmp_path, text):
    put(tmp_path, "sys/block/mmcblk0/stat", text)
    assert card(tmp_path, uptime_s=60).result == "unknown"


def test_a_machine_that_is_no_pi_is_unknown_and_not_good(tmp_path):
    found = {one.part: one.result for one in board(tmp_path, 60, root=tmp_path)}
    assert found["voltage"] == found["temperature"] == found["card"] == "unknown"


def test_a_folder_that_is_not_there_is_no_disk(tmp_path):
    assert disk(tmp_path / "gone").result == "bad"


def test_the_whole_is_as_bad_as_its_worst_part():
    parts = {word: Finding("x", word, "") for word in ("good", "unknown", "warn", "bad")}
    assert worst([parts["good"], parts["unknown"]]) == "good"
    assert worst([parts["good"], parts["warn"]]) == "warn"
    assert worst([parts["warn"], parts["bad"]]) == "bad"

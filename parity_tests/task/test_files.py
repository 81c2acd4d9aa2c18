"""Files and folders are replaced whole or not at all; devices, pipes and links stay what they are."""

import os
import stat
import subprocess
import sys
import threading

import pytest

from poets.migrate.task import swap_folders, temporary
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable, whole_file, whole_folder, write_text
from poets.migrate.task.temporary import PREFIX, sweep
from poets.migrate.task.worker.start import project_root


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    write_text(str(path), "old")
    with pytest.raises(KeyError):
        with whole_file(str(path)) as temporary:
            with open(temporary, "w") as file:
                file.write("half")
            raise KeyError
    assert path.read_text() == "old" and os.listdir(str(path.parent)) == ["a.txt"]
    write_text(str(path), "new \u00e9")
    assert path.read_text(encoding="utf-8") == "new \u00e9" and os.listdir(str(path.parent)) == ["a.txt"]
    assert os.stat(str(path)).st_mode & 0o600 == 0o600


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "model"
    for content in ("one", "two"):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "inner", "file"), content)
        assert (path / "inner" / "file").read_text() == content and os.listdir(str(path.parent)) == ["model"]
    with pytest.raises(KeyError):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "other"), "half")
            raise KeyError
    assert os.listdir(str(path)) == ["inner"] and os.listdir(str(path.parent)) == ["model"]


def test_a_link_is_followed_and_its_target_replaced_whole(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "report.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(os.path.join("there", "report.json"))
    with pytest.raises(KeyError):
        with whole_file(str(link)) as temporary:
            with open(temporary, "w") as file:
                file.write("half")
            raise KeyError
    assert target.read_text() == "old"
    write_text(str(link), "new")
    assert link.is_symlink() and not target.is_symlink() and target.read_text() == "new"
    assert os.listdir(str(target.parent)) == ["report.json"] and sorted(os.listdir(str(tmp_path))) == [
        "link.json",
        "there",
    ]


def test_a_link_to_nothing_yet_makes_its_target(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("later")
    check_writable(str(link), "--json")
    write_text(str(link), "new")
    assert link.is_symlink() and (tmp_path / "later").read_text() == "new"


def test_a_linked_folder_is_replaced_where_it_is(tmp_path):
    (tmp_path / "model").mkdir()
    link = tmp_path / "link"
    link.symlink_to("model")
    with whole_folder(str(link)) as temporary:
        write_text(os.path.join(temporary, "file"), "new")
    assert link.is_symlink() and (tmp_path / "model" / "file").read_text() == "new"


def test_a_circle_of_links_is_bad_input(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(BadInput):
        check_writable(str(tmp_path / "a"), "--json")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_devices_are_written_to_and_stay_devices():
    check_writable("/dev/null", "--json")
    write_text("/dev/null", "gone")
    with pytest.raises(BadInput, match="/dev/full: No space left on device"):
        write_text("/dev/full", "too much")
    for device in ("/dev/null", "/dev/full"):
        assert stat.S_ISCHR(os.stat(device).st_mode)


def test_a_device_is_no_folder():
    with pytest.raises(BadInput, match="is a file already"):
        check_writable("/dev/null", "--summaries_dir", is_folder=True)


def test_a_named_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    check_writable(pipe, "--json")  # waits for no reader
    read = []

    def reader():
        with open(pipe) as file:
            read.append(file.read())

    thread = threading.Thread(target=reader)
    thread.start()
    write_text(pipe, "a report")
    thread.join(60)
    assert read == ["a report"] and stat.S_ISFIFO(os.stat(pipe).st_mode) and os.listdir(str(tmp_path)) == ["pipe"]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")
def test_standard_output_is_written_to_in_order_where_it_is_a_file(tmp_path, name):
    program = (
        "from poets.migrate.task.files import check_writable, write_text; print('first'); "
        f"check_writable({name!r}, '--json'); write_text({name!r}, 'report\\n'); print('last')"
    )
    with open(str(tmp_path / "out"), "w") as out:
        subprocess.run([sys.executable, "-c", program], cwd=project_root(), stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "first\nreport\nlast\n"
    assert os.listdir(str(tmp_path)) == ["out"]
    piped = subprocess.run([sys.executable, "-c", program], cwd=project_root(), stdout=subprocess.PIPE, check=True)
    assert piped.stdout == b"first\nreport\nlast\n"


def test_leftovers_of_killed_processes_are_swept_and_those_of_living_ones_stay(tmp_path):
    program = (
        "import os, sys, time; from poets.migrate.task.temporary import kept_folder; "
        f"kept_folder({str(tmp_path)!r}); print('made', flush=True); time.sleep(600)"
    )
    owners = [
        subprocess.Popen([sys.executable, "-c", program], cwd=project_root(), stdout=subprocess.PIPE) for _ in range(2)
    ]
    for owner in owners:
        assert owner.stdout is not None and owner.stdout.readline() == b"made\n"
    try:
        first = set(os.listdir(str(tmp_path)))
        assert len(first) == 2
        sweep(str(tmp_path))
        assert set(os.listdir(str(tmp_path))) == first
        owners[0].kill()
        owners[0].wait()
        sweep(str(tmp_path))
        assert len(os.listdir(str(tmp_path))) == 1
    finally:
        for owner in owners:
            owner.kill()
            owner.communicate()
    write_text(str(tmp_path / "report.json"), "the next run's")
    assert os.listdir(str(tmp_path)) == ["report.json"]


def test_only_our_own_folders_are_swept(tmp_path):
    (tmp_path / ".hidden").mkdir()
    (tmp_path / (PREFIX + "link")).symlink_to(".hidden")
    (tmp_path / (PREFIX + "file")).write_text("a file")
    before = set(os.listdir(str(tmp_path)))
    sweep(str(tmp_path))
    assert set(os.listdir(str(tmp_path))) == before


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(swap_folders, "_exchange", lambda one, other: False)
    for name in ("old", "new"):
        write_text(str(tmp_path / name / "file"), name)
    swap_folders.move_folder(str(tmp_path / "new"), str(tmp_path / "old"))
    assert (tmp_path / "old" / "file").read_text() == "new" and os.listdir(str(tmp_path)) == ["old"]


def test_threads_may_make_and_drop_temporary_folders_at_once(tmp_path):
    problems = []

    def work():
        try:
            for _ in range(200):
                temporary.drop_folder(temporary.kept_folder(str(tmp_path)))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == [] and os.listdir(str(tmp_path)) == []

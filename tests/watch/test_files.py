"""Files a run opens are told: event files at once, data and checkpoints soon, loader workers and libraries never."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hooked import Hooked, run_hooked


def script(folder: Path, text: str) -> Hooked:
    (folder / "script.py").write_text(textwrap.dedent(text))
    done = run_hooked(["script.py"], folder)
    assert done.returncode == 0, done.stderr
    return done


def opened(done: Hooked) -> dict[str, str]:
    return {Path(data["path"]).name: data["use"] for data in done.data("file_opened")}


def test_data_and_configuration_are_told_once_with_size(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    (tmp_path / "config.yaml").write_text("lr: 0.1\n")
    (tmp_path / "notes.md").write_text("no data\n")
    done = script(
        tmp_path,
        """
        for _ in range(3):
            for name in ("train.csv", "config.yaml", "notes.md"):
                open(name).close()
        open("missing.csv", "w").close()
        """,
    )
    assert opened(done) == {"train.csv": "data", "config.yaml": "config"}
    assert [data["size"] for data in done.data("file_opened")] == [8, 8]


def test_configuration_elsewhere_and_files_of_libraries_are_nobodys_data(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "some.json").write_text("{}")
    work = tmp_path / "work"
    (work / "lib" / "site-packages" / "x").mkdir(parents=True)
    (work / "lib" / "site-packages" / "x" / "table.csv").write_text("a\n")
    (work / "script.py").write_text(
        "open('../elsewhere/some.json').close()\nopen('lib/site-packages/x/table.csv').close()\n"
    )
    done = run_hooked(["script.py"], tmp_path, cwd=work)
    assert opened(done) == {}


def test_at_most_200_files_are_told(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        """
        for number in range(300):
            open(f"{number}.csv", "w").close()
            open(f"{number}.csv").close()
        """,
    )
    assert len(opened(done)) == 200


def test_an_event_file_is_told_when_it_is_opened_for_writing(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        """
        import os
        os.makedirs("runs/a")
        for _ in range(3):
            open("runs/a/events.out.tfevents.1.host", "ab").close()
        open("runs/a/events.out.tfevents.1.host", "rb").close()
        fd = os.open("runs/b.tfevents", os.O_WRONLY | os.O_CREAT)
        os.close(fd)
        os._exit(0)  # no exit handler runs: it was written before
        """,
    )
    told = [(Path(data["path"]).name, data["logdir"]) for data in done.data("event_file")]
    assert told == [
        ("events.out.tfevents.1.host", str(tmp_path / "runs" / "a")),
        ("b.tfevents", str(tmp_path / "runs")),
    ]


def test_checkpoints_are_told_under_their_last_name(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = script(
        tmp_path,
        """
        import os
        import torch
        torch.save({"w": torch.zeros(3)}, "step1.pt")
        torch.save({"w": torch.zeros(3)}, "half.tmp")
        os.replace("half.tmp", "best.ckpt")
        with open("open.pth", "wb") as file:
            torch.save({"w": torch.ones(2)}, file)
        torch.load("step1.pt")
        """,
    )
    written = {Path(data["path"]).name: data["size"] for data in done.data("checkpoint_written")}
    assert written.keys() == {"step1.pt", "best.ckpt", "open.pth"}
    assert written["best.ckpt"] == (tmp_path / "best.ckpt").stat().st_size
    assert [Path(data["path"]).name for data in done.data("checkpoint_read")] == ["step1.pt"]


def test_tensorboards_writer_of_torch_is_seen(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("tensorboard")
    done = script(
        tmp_path,
        """
        from torch.utils.tensorboard import SummaryWriter
        with SummaryWriter("logs/x") as writer:
            writer.add_scalar("loss", 1.0, 0)
        """,
    )
    assert {data["logdir"] for data in done.data("event_file")} == {str(tmp_path / "logs" / "x")}


def test_loader_workers_write_no_file_of_their_own(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    for method in ("fork", "spawn"):
        folder = tmp_path / method
        folder.mkdir()
        (folder / "rows.csv").write_text("1\n2\n")
        done = script(
            folder,
            f"""
            import torch
            from torch.utils.data import DataLoader, Dataset

            class Rows(Dataset):
                def __len__(self):
                    return 8
                def __getitem__(self, index):
                    with open("rows.csv") as file:
                        return torch.tensor(float(file.readline()))

            if __name__ == "__main__":
                for batch in DataLoader(Rows(), 2, num_workers=2, multiprocessing_context="{method}"):
                    pass
            """,
        )
        assert len(list((done.folder / "facts").iterdir())) == 1


def test_files_whose_names_speak_of_results_are_told_when_written(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        """
        import os
        for name in ("eval_results.txt", "metrics.csv", "trainer_state.json", "testScores.json", "val.report.txt"):
            open(name, "w").close()
        for name in ("metrics_config.json", "predictions.csv", "retrieval.json", "results.png", "notes.txt"):
            open(name, "w").close()
        open("half.tmp", "w").close()
        os.replace("half.tmp", "all_results.json")
        open("eval_results.txt").close()
        """,
    )
    told = [Path(data["path"]).name for data in done.data("result_file")]
    assert told == [
        "eval_results.txt", "metrics.csv", "trainer_state.json", "testScores.json", "val.report.txt",
        "all_results.json",
    ]  # fmt: skip

"""Links in a project's folder: which are followed, and first of all which are not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rune.project import files as files_module
from rune.project.files import FileError, FileMissing, FileNotInProject, FolderFiles
from rune.project.open_no_follow import open_beneath
from rune.project.repository import enclosing_repository


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """repo/app is a project, repo/shared lies beside it, elsewhere outside of the repository."""
    for folder in ("repo/app", "repo/shared/deep", "repo/.git", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "repo/.git/HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    (tmp_path / "repo/.git/config").write_text("token", "utf-8")
    (tmp_path / "repo/app/own.txt").write_text("own", "utf-8")
    (tmp_path / "repo/shared/words.txt").write_text("shared", "utf-8")
    (tmp_path / "repo/shared/deep/more.txt").write_text("more", "utf-8")
    (tmp_path / "elsewhere/secret.txt").write_text("secret", "utf-8")
    return tmp_path / "repo" / "app"


def in_repository(project: Path) -> FolderFiles:
    repository = enclosing_repository(project)
    assert repository is not None
    return FolderFiles(project, others=(repository,))


@pytest.mark.protects("runes/links")
@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "../../elsewhere/secret.txt", "../../elsewhere", "/", "..//../elsewhere/secret.txt", "../.."],
)
def test_a_link_out_of_the_repository_is_refused_and_says_what_to_do(project: Path, target: str) -> None:
    (project / "link").symlink_to(target)
    for path in ("link", "link/secret.txt"):
        for read in (in_repository(project).read, in_repository(project).size):
            with pytest.raises(FileNotInProject, match=r"copy the file into the project, or allow .* --allow-outside"):
                read(path)
    assert "secret" not in str(in_repository(project).paths())


@pytest.mark.protects("runes/links")
@pytest.mark.parametrize("target", ["../.git/config", "../.git/HEAD"])
def test_what_git_keeps_for_itself_is_never_read(project: Path, target: str) -> None:
    (project / "link").symlink_to(target)
    with pytest.raises(FileNotInProject, match="Git's own files"):
        in_repository(project).read("link")
    (project / "folder").symlink_to("../.git")
    with pytest.raises(FileNotInProject, match="Git's own files"):
        in_repository(project).read("folder/config")
    assert not any("config" in path for path in in_repository(project).paths())


def test_a_chain_of_links_is_judged_by_its_end(project: Path) -> None:
    (project / "one").symlink_to("two")
    (project / "two").symlink_to("../shared/three")
    (project / "../shared/three").symlink_to("words.txt")
    assert in_repository(project).read("one") == b"shared"
    (project / "../shared/three").unlink()
    (project / "../shared/three").symlink_to("../../elsewhere/secret.txt")
    with pytest.raises(FileNotInProject):
        in_repository(project).read("one")


def test_links_that_go_round_are_refused_and_listing_them_ends(project: Path) -> None:
    (project / "one").symlink_to("two")
    (project / "two").symlink_to("one")
    (project / "self").symlink_to(".")
    (project / "up").symlink_to("..")
    (project.parent / "shared/back").symlink_to("../app")
    (project / "shared").symlink_to("../shared")
    with pytest.raises(FileError):
        in_repository(project).read("one")
    paths = in_repository(project).paths()
    assert {"own.txt", "shared/words.txt", "shared/deep/more.txt"} <= set(paths)
    assert not any(path.startswith(("self/", "up/", "shared/back/")) for path in paths)


def test_a_link_to_a_folder_of_the_repository_is_listed_and_read(project: Path) -> None:
    (project / "shared").symlink_to("../shared")
    files = in_repository(project)
    assert files.paths() == ("own.txt", "shared/deep/more.txt", "shared/words.txt")
    assert files.read("shared/deep/more.txt") == b"more"
    assert files.size("shared/words.txt") == 6


def test_no_more_is_listed_than_is_allowed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "_MOST_LISTED", 2)
    for name in "abc":
        (project / name).symlink_to("../shared")
    assert len(in_repository(project).paths()) == 2


def test_without_a_repository_no_link_leads_out(project: Path) -> None:
    (project / "link").symlink_to("../shared/words.txt")
    with pytest.raises(FileNotInProject):
        FolderFiles(project).read("link")


def test_a_folder_that_is_allowed_is_followed_and_no_other(project: Path, tmp_path: Path) -> None:
    (project / "link").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    (project / "other").symlink_to("../shared/words.txt")
    files = FolderFiles(project, others=(tmp_path / "elsewhere",))
    assert files.read("link") == b"secret"
    with pytest.raises(FileNotInProject):
        files.read("other")


def test_a_folder_whose_name_begins_alike_is_another_one(project: Path, tmp_path: Path) -> None:
    (tmp_path / "repo-private").mkdir()
    (tmp_path / "repo-private" / "key").write_text("key", "utf-8")
    (project / "link").symlink_to("../../repo-private/key")
    with pytest.raises(FileNotInProject):
        in_repository(project).read("link")


def test_a_path_written_with_dots_is_refused_whatever_is_allowed(project: Path) -> None:
    with pytest.raises(FileNotInProject):
        in_repository(project).read("../shared/words.txt")


def test_a_link_to_nothing_and_to_a_pipe_do_not_block(project: Path) -> None:
    (project / "nothing").symlink_to("../shared/absent")
    with pytest.raises(FileMissing):
        in_repository(project).read("nothing")
    os.mkfifo(project.parent / "shared" / "pipe")
    (project / "pipe").symlink_to("../shared/pipe")
    (project / "folder").symlink_to("../shared")
    for path in ("pipe", "folder"):
        with pytest.raises(FileError, match="not a file"):
            in_repository(project).read(path)


def swapped_file(folder: Path, outside: Path) -> None:
    (folder / "words.txt").unlink()
    (folder / "words.txt").symlink_to(outside / "secret.txt")


def swapped_folder(folder: Path, outside: Path) -> None:
    (outside / "words.txt").write_text("secret", "utf-8")
    folder.rename(folder.with_name("gone"))
    folder.symlink_to(outside)


@pytest.mark.protects("runes/links")
@pytest.mark.parametrize("swap", [swapped_file, swapped_folder])
def test_what_is_swapped_for_a_link_between_check_and_opening_is_not_read(
    swap: Callable[[Path, Path], None], project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "link").symlink_to("../shared/words.txt")

    def swap_and_open(folder: Path, path: Path) -> int:
        swap(tmp_path / "repo" / "shared", tmp_path / "elsewhere")
        return open_beneath(folder, path)

    monkeypatch.setattr(files_module, "open_beneath", swap_and_open)
    with pytest.raises(FileError):
        in_repository(project).read("link")


@pytest.mark.parametrize("folder", ["repo/app", "repo", "repo/shared/deep"])
def test_the_nearest_repository_is_found_from_anywhere_inside(folder: str, project: Path, tmp_path: Path) -> None:
    assert project.is_dir()
    assert enclosing_repository(tmp_path / folder) == (tmp_path / "repo").resolve()


def test_a_worktree_and_a_submodule_are_repositories_of_their_own(project: Path) -> None:
    (project / ".git").write_text("gitdir: ../.git/worktrees/app\n", "utf-8")
    assert enclosing_repository(project) == project.resolve()
    (project / "link").symlink_to("../shared/words.txt")
    with pytest.raises(FileNotInProject):
        in_repository(project).read("link")


def test_what_only_looks_like_a_repository_is_none(tmp_path: Path) -> None:
    for name in ("empty", "text", "link", "sub"):
        (tmp_path / "repo" / name).mkdir(parents=True)
    (tmp_path / "repo/.git").mkdir()
    (tmp_path / "repo/.git/HEAD").write_text("ref: x\n", "utf-8")
    (tmp_path / "repo/empty/.git").mkdir()
    (tmp_path / "repo/text/.git").write_text("hello", "utf-8")
    (tmp_path / "repo/link/.git").symlink_to("../.git")
    for name in ("empty", "text", "link", "sub"):
        assert enclosing_repository(tmp_path / "repo" / name) == (tmp_path / "repo").resolve()


def test_a_folder_in_no_repository_has_none(tmp_path: Path) -> None:
    assert enclosing_repository(tmp_path) is None


@pytest.mark.protects("runes/links")
def test_the_server_opens_no_folder_as_a_project() -> None:
    """Files of users are rows and blobs: there is no link to follow, and nothing that would follow one."""
    forge = Path(__file__).parents[2] / "forge"
    sources = [path for path in forge.rglob("*.py") if path.is_file()]
    assert len(sources) > 100
    assert [str(path) for path in sources if "FolderFiles" in path.read_text("utf-8")] == []

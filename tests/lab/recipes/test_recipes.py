"""Each recipe: its arguments, its page, and Runefiles that check without a warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs, read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.readme import read_page
from lab.recipes.recipe import Recipe, features_runefile
from lab.recipes.sizes import BALANCED, SIZES
from lab.refusal import Reason, Refused
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.training.backbones import usable

EVERY = each_case("recipe", [usable(each) for each in RECIPES.values()], ids=RECIPES)


@EVERY
@each_case("end", ["low", "high"])
def test_defaults_are_in_range_and_ends_are_accepted(recipe: Recipe, end: str) -> None:
    values = read_arguments(recipe.arguments, {}, recipe.name)
    assert values == {each.name: each.default for each in recipe.arguments}
    for argument in recipe.arguments:
        assert argument.read(getattr(argument, end)) == getattr(argument, end)
    names = {each.name for each in recipe.arguments}
    arguments = () if recipe.estimator is None else recipe.estimator.arguments
    assert {*recipe.network_arguments, *recipe.augmentation, *arguments} <= names
    assert "epochs" in names
    assert set(recipe.window_units) <= set(recipe.augmentation)
    assert not {*recipe.window_units} & {*recipe.shown_augmentation}


@EVERY
def test_the_page_of_a_recipe_has_a_row_for_each_argument(recipe: Recipe) -> None:
    page = (recipe.folder / "README.md").read_text("utf-8")
    for each in recipe.arguments:
        assert f"| `{each.name}` | {each.default} | {each.title} |" in page, each.name


@EVERY
def test_people_read_a_title_of_each_argument_and_switches_are_no_numbers(recipe: Recipe) -> None:
    titles = [each.title for each in recipe.arguments]
    assert len(set(titles)) == len(titles)
    for each in recipe.arguments:
        assert each.title[0].isupper()
        assert each.title != each.title.upper()
        assert "moment" not in f"{each.title} {each.unit}".lower()
        is_flag = each.is_whole and (each.low, each.high) == (0, 1)
        assert (each.shown is ShownAs.SWITCH) == is_flag, each.name
        if each.shown is ShownAs.SHARE:
            assert (each.low >= 0, each.high <= 1, each.unit) == (True, True, ""), each.name
        assert not re.match(r"[01]( if| for| to|:)", each.meaning), each.name


@EVERY
def test_each_size_is_a_run_whose_features_are_computed(recipe: Recipe) -> None:
    assert BALANCED in recipe.sizes
    assert [name for name in SIZES if name in recipe.sizes] == list(recipe.sizes)
    assert dict(recipe.sizes[BALANCED]) == {}
    runs = [recipe.size_arguments(name) for name in recipe.sizes]
    for values in runs:
        assert read_arguments(recipe.arguments, values, recipe.name) == values
        recipe.features(values)
    assert len({tuple(values.items()) for values in runs}) == len(runs) > 1


@EVERY
def test_at_most_three_arguments_are_in_sight_and_epochs_are_one(recipe: Recipe) -> None:
    assert set(recipe.main_arguments) <= {each.name for each in recipe.arguments}
    assert "epochs" in recipe.main_arguments
    assert 2 <= len(set(recipe.main_arguments)) <= 3


@EVERY
def test_the_page_of_a_recipe_says_what_it_learns_and_needs(recipe: Recipe) -> None:
    page = read_page(recipe.folder)
    assert page.summary.startswith(f"{recipe.title}: ")
    assert "recordings" in page.needs or "pictures" in page.needs


@EVERY
def test_the_guide_of_training_lists_each_recipe(recipe: Recipe) -> None:
    guide = (REPOSITORY / "docs" / "guides" / "train.md").read_text("utf-8")
    assert f"| `{recipe.name}` | " in guide
    assert f"(../../lab/recipes/{recipe.folder.name}/README.md)" in guide


@pytest.mark.parametrize(
    "page", ["# motion\n\n| needs | two labels |\n", "# motion\n\nMotion: a model.\n\n| labels | two |\n"]
)
def test_a_page_that_does_not_say_it_is_refused(tmp_path: Path, page: str) -> None:
    (tmp_path / "README.md").write_text(page, "utf-8")
    with pytest.raises(ValueError, match="lacks its summary or the row"):
        read_page(tmp_path)


@EVERY
def test_the_runefile_of_features_checks_without_a_problem(recipe: Recipe) -> None:
    values = read_arguments(recipe.arguments, {}, recipe.name)
    files = MemoryFiles({"Runefile.yml": features_runefile(recipe, values).encode(), **recipe.files})
    assert check(files, PUBLISHED_BLOCKS).diagnostics == ()


@each_case("rate", [33.3333, 66.6667, 142.857143, 104.1666, 1.0, 10000.0])
@each_case("bands", [1, 10])
def test_bands_reach_to_half_of_any_rate(rate: float, bands: int) -> None:
    recipe = RECIPES["motion-trees"]
    values = read_arguments(recipe.arguments, {"rate": rate, "bands": bands}, recipe.name)
    text = features_runefile(recipe, values)
    assert check(MemoryFiles({"Runefile.yml": text.encode()}), PUBLISHED_BLOCKS).diagnostics == ()
    settings = dict(line.split(": ") for line in text.splitlines() if "sample_rate: " in line or "bands: " in line)
    assert float(settings["      sample_rate"]) == rate
    assert float(settings["      bands"].split(", ")[-1]) == rate / 2


@EVERY
def test_what_learns_imports_nothing_but_its_library_and_numpy(recipe: Recipe) -> None:
    lines = recipe.network_source.read_text("utf-8").splitlines()
    imports = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    libraries = {"keras"} if recipe.estimator is None else {"copy", "lab", "sklearn", "warnings"}
    assert imports <= {"__future__", "collections", "math", "numpy", "typing", *libraries}
    assert (
        recipe.folder if not recipe.learner else recipe.folder.parent / recipe.learner
    ) == recipe.network_source.parent


@each_case(
    ("arguments", "message"),
    [
        ({"epoch": 3}, 'no argument "epoch". Did you mean epochs?'),
        ({"colour": 3}, 'no argument "colour". It has window, hop'),
        ({"epochs": 0}, "epochs is 0; it must be a whole number from 1 to 10000 epochs"),
        ({"epochs": 2.5}, "epochs is 2.5; it must be a whole number"),
        ({"dropout": 1}, "dropout is 1; it must be a number from 0.0 to 0.9"),
        ({"window": 50, "hop": 55}, "hop is 55; it must be at most the window of 50 rows"),
        ({"window": 33}, "window is 33; it must be a multiple of 5"),
    ],
)
def test_what_is_wrong_with_an_argument_is_named(arguments: dict[str, object], message: str) -> None:
    recipe = recipe_of("motion")
    with pytest.raises(Refused) as error:
        recipe.features(read_arguments(recipe.arguments, arguments, "motion"))
    assert message in str(error.value)
    assert error.value.reason is Reason.SETTINGS


@pytest.mark.parametrize("size", [33, 36])
def test_a_picture_has_any_size_and_one_with_a_grid_has_whole_cells(size: int) -> None:
    values = {
        name: read_arguments(recipe_of(name).arguments, {"size": size}, name) for name in ("pictures", "counting")
    }
    assert recipe_of("pictures").features(values["pictures"]).shape == (size, size, 3)
    with pytest.raises(Refused, match=f"size is {size}; it must be a multiple of 8"):
        recipe_of("counting").features(values["counting"])


def test_an_unknown_recipe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="There are keywords, wake-word, sound-autoencoder, sound-anomaly, pictures"):
        recipe_of("telepathy")


def test_a_bool_is_no_number() -> None:
    with pytest.raises(Refused):
        RecipeArgument("epochs", "", 5, 1, 9, title="Epochs", group=ArgumentGroup.OPTIMISER).read(True)

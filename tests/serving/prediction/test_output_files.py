"""The names of files about images: none has that of another."""

from pathlib import Path

from serving.prediction import output_files


def test_images_of_one_folder_that_differ_in_their_suffix_get_names_of_their_own(tmp_path):
    images = [tmp_path / name for name in ("a.jpg", "a.PNG", "a", "a.jpg.png", "b.jpg", "c.dat")]
    for image in images:
        image.touch()

    names = [output_files.make_name(image, ".mask.png") for image in images]

    assert names[0] == "a.jpg.mask.png"
    assert names[4] == "b.mask.png"
    assert len(set(names)) == len(images)


def test_long_names_that_differ_at_their_ends_stay_apart():
    one, two = Path("n" * 249 + "1.png"), Path("n" * 249 + "2.png")

    assert output_files.make_name(one, ".mask.png") != output_files.make_name(two, ".mask.png")

"""Which class of a model a folder of photos is."""

from typing import List

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.image_lists import label_of


def plain(name: str) -> str:
    """A name in lower case, with single spaces for everything except letters and digits."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def columns_of(labels: List[str], folders: List[str], path: str, flag: str = "--image_dir") -> List[int]:
    """The model's class of each folder; names are compared in lower case, letters and digits only, as retrain.py does.

    Raises:
        BadInput: a folder is not a label of the model; ``path`` is the model's, ``flag`` names the folder.
    """
    places = {label_of(label).strip(): place for place, label in enumerate(labels)}  # as retrain.py names folders
    places.update((plain(label), place) for place, label in enumerate(labels))
    strangers = [folder for folder in folders if plain(folder) not in places]
    if strangers:
        missing = " nor ".join(f"'{one}'" for one in strangers[:3])
        known = ", ".join(labels[:6]) + (", ..." if len(labels) > 6 else "")
        raise BadInput(f"{flag}: {path} has no label {missing}; its labels are {known}")
    return [places[plain(folder)] for folder in folders]
